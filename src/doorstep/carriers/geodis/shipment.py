"""GEODIS's shipment with its follow-up (JSON) → trackings; its errors → notes."""

import re
from typing import Any

from doorstep.carriers.clock import iso_day, latest, read_time, stamp
from doorstep.carriers.countries import country_of
from doorstep.carriers.geodis.codes import event_type_of
from doorstep.carriers.reading import dig, ends_journey, grams, listed, numbered, worded
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Link, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: "Rochefort (FR)"; an agency without a name is told by its number.
_AGENCY = re.compile(r"(?P<town>.*?)\s*\((?P<country>[A-Za-z]{2})\)")


def read(answer: Any) -> Parsed:
    """Read the answer's content, one shipment or several, or its error.

    Raises:
        BadInputError: neither.
    """
    shipments = [item for item in listed(dig(answer, "contenu")) if isinstance(item, dict)]
    if not shipments and (dig(answer, "ok") is False or worded(dig(answer, "codeErreur"))):
        return Parsed(notes=(CarrierNote(worded(dig(answer, "codeErreur")), worded(dig(answer, "texteErreur"))),))
    if not shipments and dig(answer, "ok") is not True:
        raise BadInputError("JSON without contenu and without an error of GEODIS")
    return Parsed(tuple(_tracking(shipment) for shipment in shipments))


def _tracking(shipment: dict[str, Any]) -> Tracking:
    number = numbered(worded(shipment.get("noSuivi")) or worded(shipment.get("noRecepisse")))
    if not number:
        raise BadInputError("a shipment of GEODIS without a noSuivi")
    ends = {country_of(worded(dig(shipment, end, "pays", "code"))) for end in ("expediteur", "destinataire")}
    home = ends.pop() if len(ends) == 1 else None
    checkpoints = tuple(_checkpoint(event, number, home) for event in listed(shipment.get("listSuivis")))
    back = numbered(worded(shipment.get("noSuiviSwapRetour")))
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    return Tracking(
        tracking_number=number,
        carrier="geodis",
        checkpoints=checkpoints,
        estimates=() if over else _estimates(shipment, latest(checkpoint.occurred_at for checkpoint in checkpoints)),
        links=(Link(tracking_number=back, carrier="geodis", role="return"),) if back and back != number else (),
        service=worded(dig(shipment, "prestationCommerciale", "libelle")) or None,
        weight_g=grams(shipment.get("poids"), "kg"),
        is_return=shipment.get("swapRetour") is True,
    )


def _checkpoint(event: Any, number: str, home: str | None) -> Checkpoint:
    """Read one follow-up; an agency without a country is in the shipment's own where both its ends are in one."""
    code, agency = worded(dig(event, "codeSituationJustification")), worded(dig(event, "libelleCentre"))
    named = _AGENCY.fullmatch(agency)
    country = country_of(named["country"]) if named else None
    if named and country:
        place: Place | None = Place(city=named["town"] or None, country=country, facility=worded(dig(event, "codeSa")) or None)
    else:
        place = Place(facility=agency) if agency else None
    return Checkpoint(
        event_type=event_type_of(code),
        occurred_at=_when(event, country or home),
        place=place,
        carrier="geodis",
        carrier_code=code,
        carrier_text=worded(dig(event, "libelleSuivi")) or worded(dig(event, "libelleCourtSuivi")),
        tracking_number=number,
    )


def _when(event: Any, country: str | None) -> OccurredAt | None:
    day, time = worded(dig(event, "dateSuivi")), worded(dig(event, "heureSuivi"))
    if not day:
        day, time = worded(dig(event, "dateSuiviFrs")), worded(dig(event, "heureSuiviFrs"))
    if not day:
        return None
    if not time:
        return stamp(read_time(day, "%Y-%m-%d", "%d/%m/%Y"), Precision.DATE, country=country)
    wall = read_time(f"{day} {time}", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
    return stamp(wall, Precision.SECOND if time.count(":") > 1 else Precision.MINUTE, country=country)


def _estimates(shipment: dict[str, Any], stated: OccurredAt | None) -> tuple[Estimate, ...]:
    day = worded(shipment.get("dateLivraisonPrevue"))
    return (Estimate(from_on=iso_day(day), to_on=iso_day(day), stated_at=stated),) if day else ()
