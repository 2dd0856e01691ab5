"""Language tags: BCP 47, in the codes of ISO 639-1 and, for languages without one there, of ISO 639-2.

ISO 639-3 is newer than the feed formats: a validator that knows only the older parts calls its codes errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.core import get_global

from tests.feed_rules.fault import Fault

_TAG = re.compile(
    r"([a-z]{2,3})(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
)
_WITHDRAWN = {"in", "iw", "ji", "jw", "mo"}
_ISO_639_1 = {code for code in get_global("likely_subtags") if len(code) == 2} - _WITHDRAWN
_ISO_639_2 = frozenset(
    re.findall(
        "[a-z]+",
        """
    ace ach ada ady afh ain akk ale alt ang anp arc arn arp arw ast awa bal ban bas bej bem bho bik bin
    bla bra bua bug byn cad car ceb chb chg chk chm chn cho chp chr chy cop crh csb dak dar del den dgr
    din doi dsb dua dum dyu efi egy eka elx enm ewo fan fat fil fon frm fro frr frs fur gaa gay gba gez
    gil gmh goh gon gor got grb grc gsw gwi hai haw hil hit hmn hsb hup iba ilo inh jbo jpr jrb kaa kab
    kac kam kaw kbd kha kho kmb kok kos kpe krc krl kru kum kut lad lah lam lez lol loz lua lui lun luo
    lus mad mag mai mak man mas mdf mdr men mga mic min mnc mni moh mos mul mus mwl mwr myv nap nds new
    nia niu nog non nqo nso nwc nym nyn nyo nzi osa ota pag pal pam pap pau peo phn pon pro raj rap rar
    rom rup sad sah sam sas sat scn sco sel sga shn sid sma smj smn sms snk sog srn srr suk sus sux syc
    syr tem ter tet tig tiv tkl tlh tli tmh tog tpi tsi tum tvl tyv udm uga umb und vai vot wal war was
    xal yao yap zap zen zun zza
        """,
    )
)


def faults(place: str, tag: str) -> Iterator[Fault]:
    """Whether a tag is well-formed and names a language."""
    found = _TAG.fullmatch(tag)
    if not found or found[1] not in _ISO_639_1 | _ISO_639_2:
        yield Fault("InvalidLanguage", place, tag)
