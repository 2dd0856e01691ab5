"""A Postfix of the test's own: its queue, its data, its ports; nothing of the system's is touched.

It hands foreign mail to a host that refuses every recipient, and delivers what comes to one domain into a
Maildir, with `+` before extensions, as an operator would set it up.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.installation import free_port

REFUSAL = "550 5.1.1 Recipient address rejected: User unknown"
_SERVICES = """\
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def why_not() -> str:
    """Why there can be none here; empty when there can."""
    if shutil.which("postfix", path=_path()) is None or shutil.which("smtp-sink", path=_path()) is None:
        return "Postfix is not installed (Debian: apt-get install postfix)"
    return "" if os.geteuid() == 0 else "only root can start a Postfix"


@dataclass(frozen=True)
class Postfix:
    """A running one."""

    folder: Path
    port: int
    maildir: Path
    log: Path

    def told(self) -> str:
        """What it logged."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


@contextmanager
def running(mailbox: str) -> Iterator[Postfix]:
    """Run one that refuses foreign addresses, and delivers what comes to `mailbox`, tagged or not."""
    folder = Path(tempfile.mkdtemp(prefix="aggregator-postfix-"))
    folder.chmod(0o755)
    sink_port = free_port()
    sink = subprocess.Popen(
        ["smtp-sink", "-u", "nobody", "-f", "RCPT", "-B", REFUSAL, f"127.0.0.1:{sink_port}", "16"],
        env={"PATH": _path()},
    )
    postfix = _configured(folder, mailbox, sink_port)
    try:
        _command(folder, "start")
        _wait_for(postfix)
        yield postfix
    finally:
        _command(folder, "stop", check=False)
        sink.terminate()
        sink.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _configured(folder: Path, mailbox: str, sink_port: int) -> Postfix:
    local, _, domain = mailbox.partition("@")
    etc, queue, data, mail = (folder / name for name in ("etc", "queue", "data", "mail"))
    for made in (etc, queue, data, mail):
        made.mkdir()
    nobody = pwd.getpwnam("nobody")
    shutil.chown(data, "postfix")
    os.chown(mail, nobody.pw_uid, nobody.pw_gid)
    port, log = free_port(), folder / "mail.log"
    settings = {
        "compatibility_level": "3.6",
        "queue_directory": queue,
        "data_directory": data,
        "command_directory": "/usr/sbin",
        "daemon_directory": "/usr/lib/postfix/sbin",
        "meta_directory": "/etc/postfix",
        "mail_owner": "postfix",
        "setgid_group": grp.getgrnam("postdrop").gr_name,
        "maillog_file": log,
        "maillog_file_prefixes": folder,
        "myhostname": "relay.example.org",
        "mydestination": "",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "mynetworks": "127.0.0.0/8",
        "smtpd_peername_lookup": "no",
        "disable_dns_lookups": "yes",
        "relayhost": f"[127.0.0.1]:{sink_port}",
        "recipient_delimiter": "+",
        "alias_maps": "",
        "local_recipient_maps": "",
        "virtual_mailbox_domains": domain,
        "virtual_mailbox_base": mail,
        "virtual_mailbox_maps": f"inline:{{ {{{mailbox} = {local}/}} }}",
        "virtual_uid_maps": f"static:{nobody.pw_uid}",
        "virtual_gid_maps": f"static:{nobody.pw_gid}",
        "virtual_minimum_uid": nobody.pw_uid,
    }
    lines = (f"{name} = {value}" for name, value in settings.items())
    (etc / "main.cf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (etc / "master.cf").write_text(_SERVICES.format(port=f"127.0.0.1:{port}"), encoding="utf-8")
    return Postfix(folder, port, mail / local, log)


def _command(folder: Path, word: str, *, check: bool = True) -> None:
    done = subprocess.run(
        ["postfix", "-c", str(folder / "etc"), word],
        env={"PATH": _path()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr


def _wait_for(postfix: Postfix) -> None:
    deadline = time.monotonic() + 10
    while "starting the Postfix mail system" not in postfix.told():
        assert time.monotonic() < deadline, postfix.told()
        time.sleep(0.05)


def _path() -> str:
    return f"/usr/sbin:/sbin:{os.environ.get('PATH', '/usr/bin:/bin')}"
