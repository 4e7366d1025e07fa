"""Bytes → JSON, XML or HTML trees, or a BadInputError that says why not."""

import codecs
from typing import Any

import msgspec
from lxml import etree, html

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.plugins import Raw
from doorstep.domain.vocabulary import Status
from doorstep.errors import BadInputError

#: First bytes of byte order marks.
_MARKS = frozenset({b"\xef", b"\xff", b"\xfe"})
_UTF8_PAGE, _ANY_PAGE = html.HTMLParser(encoding="utf-8"), html.HTMLParser()
#: After a delivery in part the rest is still expected.
_ENDS = frozenset(slug for slug, event in EVENT_TYPES.items() if event.status is Status.DELIVERED) | {
    "returned_to_sender",
    "return_received",
}
_XML = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)


def json_of(raw: Raw) -> Any:
    """Decode a JSON body: UTF-8, or what its byte order mark says. Integers stay exact.

    Raises:
        BadInputError: not JSON.
    """
    try:
        return msgspec.json.decode(raw.body if raw.body[:1] not in _MARKS else _unmarked(raw.body))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadInputError(f"the body is not JSON: {error}") from error


def _unmarked(body: bytes) -> bytes:
    """Write a body that begins with a byte order mark as UTF-8 without it."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace").encode("utf-8", "replace")
    return body.removeprefix(codecs.BOM_UTF8)


def xml_of(raw: Raw) -> etree._Element:
    """Parse an XML body with entities and network off; namespaces stripped from tags.

    Raises:
        BadInputError: not well-formed XML.
    """
    try:
        root = etree.fromstring(raw.body, _XML)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadInputError(f"the body is not XML: {error}") from error
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def html_of(raw: Raw) -> html.HtmlElement:
    """Parse an HTML page, as forgiving as a browser.

    Raises:
        BadInputError: empty, or no page at all.
    """
    try:
        return html.document_fromstring(raw.body, parser=_UTF8_PAGE if _is_utf8(raw.body) else _ANY_PAGE)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise BadInputError(f"the body is not an HTML page: {error}") from error


def _is_utf8(body: bytes) -> bool:
    """Tell whether a page is UTF-8, whatever it declares: the parser takes it for Latin-1 where a letter comes before the declaration."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def looks_like(raw: Raw) -> str:
    """Tell "json", "xml" or "html" by the first bytes; "" for none of them."""
    head = _unmarked(raw.body[:1024]) if raw.body[:1] in _MARKS else raw.body[:1024]
    head = head.lstrip()[:512]
    if head[:1] in (b"{", b"["):
        return "json"
    lowered = head.lower()
    if lowered.startswith(b"<!doctype html") or b"<html" in lowered:
        return "html"
    return "xml" if head[:1] == b"<" else ""


def dig(tree: Any, *path: str | int) -> Any:
    """Follow keys and indexes through decoded JSON; None wherever the path ends early or a type does not fit."""
    for step in path:
        if isinstance(step, str) and isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(step, int) and isinstance(tree, list) and -len(tree) <= step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree


def listed(value: Any) -> list[Any]:
    """Return a list as it is, None as [], anything else as the one element of a list (XML-born JSON drops single lists)."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def boxed(value: Any) -> dict[str, Any]:
    """Return an object as it is, anything else as {}: many keys of it are then read without asking each time."""
    return value if isinstance(value, dict) else {}


def worded(value: Any) -> str:
    """Return a text, trimmed, from a text or number of decoded JSON; "" for anything else."""
    if value is None:  # by far the most frequent in sparse records
        return ""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def numbered(text: str) -> str:
    """Write a tracking number the one way it is kept: no spaces, upper case."""
    return "".join(text.split()).upper()


#: Source: international avoirdupois pound of 1959, exact.
_GRAMS = {"g": 1.0, "kg": 1000.0, "kgs": 1000.0, "oz": 28.349523125, "lb": 453.59237, "lbs": 453.59237}
#: Heavier "parcels" are typing errors of the sender.
_HEAVIEST_G = 100_000_000


def grams(value: Any, unit: str) -> int | None:
    """Read a weight, a number or its text, in g, kg, oz or lb; None where it is none, not positive, or absurd."""
    factor = _GRAMS.get(unit.strip().lower())
    try:
        weight = float(worded(value)) * (factor or 0.0)
    except ValueError:
        return None
    return round(weight) if 0 < weight < _HEAVIEST_G else None


def keyed(table: str) -> dict[str, str]:
    """Read a code table, one event type a line and its codes after it, into code → event type.

    Raises:
        ValueError: a code stands twice.
    """
    read: dict[str, str] = {}
    for line in table.strip().splitlines():
        event_type, _, codes = line.partition(":")
        for code in codes.split():
            if code in read:
                raise ValueError(f"{code} stands under {read[code]} and {event_type.strip()}")
            read[code] = event_type.strip()
    return read


def ends_journey(event_type: str) -> bool:
    """Tell whether the journey ends with this event: estimates stated before it are void."""
    return event_type in _ENDS
