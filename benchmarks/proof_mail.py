"""Kill the senders of an issue by SIGKILL, again and again, and account for every letter afterwards.

    python benchmarks/proof_mail.py
    python benchmarks/proof_mail.py --database postgresql --senders 2 --readers 2000 --kills 50

A mail server in a process of its own refuses, defers, dawdles and hangs up before and after the dot, by a
seeded plan, and keeps durably what it took. Readers leave meanwhile, by the one-click link of a former letter
and by the store. What the server has on record must then agree with the ledger, letter by letter. Without
arguments the proof runs twice: one sender on SQLite, two at once on PostgreSQL, with clocks that are seconds
apart. Exit code 1 when anything disagrees.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.faulty_smtp import Faults
from tests.mail_trial import (
    Account,
    audit,
    besiege,
    compose,
    pages_of,
    postgresql,
    readers,
    subscribe,
    tell_veterans,
    trial,
)

SEED = 20261122
MISSING = 0.01
"""Share of the readers whose address does not exist."""
VETERANS = 40
"""Readers who had a letter before, and some of whom leave by its link."""
LEAVE_BY_LINK, LEAVE_BY_STORE = 20, 20


def prove(database: str, senders: int, count: int, kills: int, seed: int) -> Account:
    faults = Faults(seed, missing=MISSING)
    everybody = readers(count)
    with (
        tempfile.TemporaryDirectory(prefix="proof-mail-") as folder,
        postgresql() if database == "postgresql" else nullcontext("") as address,
        trial(Path(folder), faults, database=address) as tried,
    ):
        veterans = everybody[:VETERANS]
        links = tell_veterans(tried, veterans)
        audience = [one for one in everybody if one not in veterans or not faults.is_missing(one)]
        subscribe(tried, everybody)
        compose(tried)
        with pages_of(tried):
            siege = besiege(
                tried,
                kills=kills,
                senders=senders,
                leavers=everybody[-LEAVE_BY_STORE:],
                leavers_by_link=links[:LEAVE_BY_LINK],
                seed=seed,
            )
        return audit(tried, siege, audience)


def show(database: str, senders: int, account: Account, seconds: float) -> None:
    states = ", ".join(f"{count} {state}" for state, count in sorted(account.states.items()))
    print(f"{database}, {senders} at once, {seconds:.0f} s")
    print(f"  readers                                   {account.audience:6}")
    print(f"  senders killed by SIGKILL                 {account.kills:6}")
    print(f"  senders that came to their own end        {account.ended:6}")
    print(f"  copies on the server's record             {account.taken:6}")
    print(f"  ledger                                    {states}")
    print(f"  addresses that do not exist               {account.missing:6}")
    print(f"  readers who left before the claim         {account.left_before:6}")
    print(f"  letters in the dot phase at a kill        {account.dot_rows:6}")
    print(f"  letters lost by the server after the dot  {account.lost_after_dot:6}")
    print(f"  readers with two copies, byte-identical   {account.doubled:6}")
    print(f"  what must not be                          {len(account.faults):6}")
    for fault in account.faults[:50]:
        print(f"    {fault}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--senders", type=int, default=1)
    parser.add_argument("--readers", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    proofs = [("sqlite", 1), ("postgresql", 2)]
    if chosen.database:
        proofs = [(chosen.database, chosen.senders)]
    faults = 0
    for database, senders in proofs:
        began = time.monotonic()
        account = prove(database, senders, chosen.readers, chosen.kills, chosen.seed)
        seconds = time.monotonic() - began
        if chosen.json:
            print(
                json.dumps({"database": database, "senders": senders, "seconds": seconds} | asdict(account))
            )
        else:
            show(database, senders, account, seconds)
        faults += len(account.faults)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
