"""bpost's `itemTracking` (XML) → trackings; its exceptions → notes."""

from lxml import etree

from doorstep.carriers.bpost.codes import event_type_of
from doorstep.carriers.clock import iso_stamp
from doorstep.carriers.collecting import point_of
from doorstep.carriers.reading import grams, numbered
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.tracking import CarrierNote, Checkpoint, Parsed, Tracking
from doorstep.errors import BadInputError

#: bpost names each kind of failure by an element of its own, all of this ending.
_FAILURE = ("Exception", "exception")


def read(root: etree._Element) -> Parsed:
    """Read the items of an answer, or the exception that stands for it.

    Raises:
        BadInputError: neither.
    """
    items = list(root.iter("itemTracking"))
    notes: tuple[CarrierNote, ...] = ()
    if not items:
        if not str(root.tag).endswith(_FAILURE):
            raise BadInputError("XML without an itemTracking and without an exception of bpost")
        notes = (CarrierNote(_text(root, "code") or str(root.tag), " ".join(_text(root, "message").split())),)
    return Parsed(tuple(_tracking(item) for item in items), notes)


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _tracking(item: etree._Element) -> Tracking:
    number = numbered(_text(item, "itemCode"))
    if not number:
        raise BadInputError("an itemTracking without an itemCode")
    return Tracking(
        tracking_number=number,
        carrier="bpost",
        checkpoints=tuple(_checkpoint(state, number) for state in item.findall("stateInfo")),
        weight_g=grams(_text(item, "itemDetail/weightInGrams"), "g"),
        pickup=_pickup(item),
    )


def _pickup(item: etree._Element) -> PickupPoint | None:
    """Read the point at which the addressee collects; an item for the door has none."""
    street, house, *rest = (_text(item, f"pickupPoint/{name}") for name in ("streetName", "houseNumber", "name", "postalCode", "city"))
    name, postcode, city = rest
    return point_of(name=name, lines=(f"{street} {house}".strip(),), postcode=postcode, city=city, country="BE")


def _checkpoint(state: etree._Element, number: str) -> Checkpoint:
    code, description, when = (_text(state, name) for name in ("stateCode", "stateDescription", "time"))
    return Checkpoint(
        event_type=event_type_of(code, description),
        occurred_at=iso_stamp(when, country="BE") if when else None,
        carrier="bpost",
        carrier_code=code,
        carrier_text=description,
        tracking_number=number,
    )
