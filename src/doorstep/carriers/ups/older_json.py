"""UPS's older JSON answer, which has the names of its XML (`TrackResponse`, `Fault`) → trackings, notes."""

from typing import Any

from lxml import etree

from doorstep.carriers.reading import listed, worded
from doorstep.carriers.ups.tracking_xml import parse_reply
from doorstep.domain.tracking import Parsed
from doorstep.errors import BadInputError

#: Names that etree takes: UPS's are plain letters.
_DEEPEST = 40


def is_older(tree: Any) -> bool:
    """Tell whether decoded JSON is such an answer."""
    return isinstance(tree, dict) and bool(tree.keys() & {"TrackResponse", "Fault"})


def parse_older(tree: dict[str, Any]) -> Parsed:
    """Read it as the XML it repeats. Source of the shape: UPS Tracking REST guide (before 2021), as known on 2026-11-29.

    Raises:
        BadInputError: it is no such answer, or nested too deep.
    """
    root = etree.Element("Envelope")
    for name in ("TrackResponse", "Fault"):
        for part in listed(tree.get(name)):
            _append(root, name, part, 0)
    return parse_reply(root)


def _append(parent: etree._Element, name: str, value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        raise BadInputError("an answer of UPS nested too deep")
    if not (name.isascii() and name.isalpha()):
        return
    for each in listed(value):
        child = etree.SubElement(parent, name)
        if isinstance(each, dict):
            for inner, part in each.items():
                _append(child, inner, part, depth + 1)
        else:
            child.text = "".join(letter for letter in worded(each) if letter.isprintable())
