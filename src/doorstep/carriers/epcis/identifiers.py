"""GS1 identifiers, as URNs or Digital Links → tracking numbers, facilities, their plain digits."""

import re

from doorstep.carriers.check_digits import gs1
from doorstep.carriers.reading import numbered

#: Longer identifiers than GS1 allows are somebody's mistake.
_LONGEST = 200
_URN = re.compile(r"urn:epc:id:([a-z0-9]+):(\d{1,12})\.(\d*)(?:\.(.*))?", re.ASCII)
_WORDED_URN = re.compile(r"urn:epc:id:(ginc|giai|grai|gdti):(\d{1,12})\.([^.]+)(?:\.(.*))?", re.ASCII)
_LINK = re.compile(r"https?://[^/]+/(?:.*?/)??(00|01|253|254|401|402|414|417|8003|8004)/([^/?#]+)(?:/(?:21|254)/([^/?#]+))?")
#: Application identifiers and URN schemes of goods, not of what a carrier carries.
_GOODS = frozenset({"01", "sgtin", "lgtin", "itip", "upui"})


def number_of(identifier: str) -> str:
    """Find the tracking number an EPC stands for: SSCC of 18 digits, GSIN of 17, GINC, GRAI or GIAI as on the label; "" for goods.

    A private identifier is taken by its last part.
    """
    text = identifier.strip()
    if len(text) > _LONGEST or not text:
        return ""
    if linked := _LINK.match(text):
        return "" if linked[1] in _GOODS else numbered(linked[2])
    scheme = text.split(":")[3] if text.startswith("urn:epc:id:") and text.count(":") > 3 else ""  # noqa: PLR2004 - urn:epc:id:sscc:…
    if scheme in _GOODS or text.startswith(("urn:epc:class:", "urn:epc:idpat:")):
        return ""
    if scheme:
        return _of_urn(text)
    return numbered(re.split(r"[/:#]", text.rstrip("/:#"))[-1])


def _of_urn(text: str) -> str:
    worded = _WORDED_URN.fullmatch(text)
    if worded and worded[1] in ("ginc", "giai"):
        return numbered(worded[2] + text.rpartition(":")[2].partition(".")[2])
    found = _URN.fullmatch(text)
    if not found:
        return numbered(text.rpartition(":")[2])
    scheme, prefix, reference, serial = found[1], found[2], found[3], found[4] or ""
    if scheme == "sscc":
        digits = reference[:1] + prefix + reference[1:]
        return digits + gs1(digits)
    if scheme in ("gsin", "grai", "gdti"):
        return numbered(prefix + reference + gs1(prefix + reference) + serial)
    return numbered(text.rpartition(":")[2])


def facility_of(identifier: str) -> str:
    """Find what a read point or business location is called: its GLN with the extension after a dot, else the identifier's last part."""
    text = identifier.strip()[:_LONGEST]
    if text.startswith("geo:"):
        return ""
    if linked := _LINK.match(text):
        return linked[2] + (f".{linked[3]}" if linked[3] else "")
    found = _URN.fullmatch(text)
    if found and found[1] in ("sgln", "pgln"):
        digits = found[2] + found[3]
        return digits + gs1(digits) + (f".{found[4]}" if found[4] not in (None, "", "0") else "")
    return re.split(r"[/:#]", text.rstrip("/:#"))[-1]
