"""OnTrac's web services' tracking result (XML) → trackings; its errors → notes."""

from lxml import etree

from doorstep.carriers.clock import iso_day, iso_stamp, latest, read_time
from doorstep.carriers.countries import place_of
from doorstep.carriers.families.ontrac_packages import event_type_of
from doorstep.carriers.ontrac.sentences import event_type_of as event_type_of_sentence
from doorstep.carriers.reading import ends_journey, grams, numbered
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.errors import BadInputError


def read(root: etree._Element) -> Parsed:
    """Read a result.

    Raises:
        BadInputError: neither a Shipment nor an Error in it.
    """
    shipments = list(root.iter("Shipment"))
    if not shipments and root.find("Error") is None:
        raise BadInputError("XML without a Shipment and without an Error of OnTrac")
    told: list[Tracking] = []
    notes = [CarrierNote("", _text(root, "Error"))] if _text(root, "Error") else []
    for shipment in shipments:
        number, error = numbered(_text(shipment, "Tracking")), _text(shipment, "Error")
        if error:
            notes.append(CarrierNote("", error, number or None))
        elif not number:
            raise BadInputError("a Shipment without its Tracking number")
        else:
            told.append(_tracking(shipment, number))
    return Parsed(tuple(told), tuple(notes))


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _tracking(shipment: etree._Element, number: str) -> Tracking:
    checkpoints = tuple(_checkpoint(event, number) for event in shipment.findall("Events/Event"))
    return Tracking(
        tracking_number=number,
        carrier="ontrac",
        checkpoints=checkpoints,
        estimates=_estimates(_text(shipment, "Exp_Del_Date"), checkpoints),
        service=_text(shipment, "Service") or None,
        weight_g=grams(_text(shipment, "Weight"), "lb"),
        signed_by=_text(shipment, "POD") or None,
    )


def _checkpoint(event: etree._Element, number: str) -> Checkpoint:
    code, sentence, state, when = (_text(event, name) for name in ("Status", "Description", "State", "EventTime"))
    by_code = event_type_of(code)
    return Checkpoint(
        event_type=by_code if by_code != "unknown" or code else event_type_of_sentence(sentence),
        occurred_at=iso_stamp(when, country="US", region=state or None) if when else None,
        place=place_of(
            city=_text(event, "City"), region=state, postcode=_text(event, "Zip"), country="US", facility=_text(event, "Facility")
        ),
        carrier="ontrac",
        carrier_code=code,
        carrier_text=sentence,
        tracking_number=number,
    )


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    if not expected or expected.startswith("0001") or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    day = read_time(expected, "%m/%d/%Y").date() if "/" in expected else iso_day(expected)
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
