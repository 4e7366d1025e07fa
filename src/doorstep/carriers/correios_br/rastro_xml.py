"""Correios' event lists (SOAP's buscaEventosLista and the older sroxml) → trackings and notes."""

from datetime import datetime

from lxml import etree

from doorstep.carriers.clock import read_time
from doorstep.carriers.collecting import point_of
from doorstep.carriers.correios_br.events import Event, checkpoint_of, with_way_back
from doorstep.carriers.reading import numbered
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.tracking import CarrierNote, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError


def read(root: etree._Element) -> Parsed:
    """Read an answer with any number of objects, or a SOAP fault.

    Raises:
        BadInputError: neither objects nor errors in it.
    """
    objects = list(root.iter("objeto"))
    trackings = tuple(_tracking(item) for item in objects if not _text(item, "erro"))
    notes = [CarrierNote("", _text(item, "erro"), numbered(_text(item, "numero")) or None) for item in objects if _text(item, "erro")]
    notes += [CarrierNote(_text(fault, "faultcode"), _text(fault, "faultstring")) for fault in root.iter("Fault")]
    if not objects:
        notes += [CarrierNote("", (error.text or "").strip()) for error in root.iter("error", "erro")]
    if not trackings and not notes:
        raise BadInputError("XML without objects and without an error of Correios")
    return Parsed(trackings, tuple(notes))


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _tracking(item: etree._Element) -> Tracking:
    number = numbered(_text(item, "numero"))
    if not number:
        raise BadInputError("an object without a number")
    checkpoints = tuple(checkpoint_of(_event(event), number) for event in item.findall("evento"))
    return Tracking(
        tracking_number=number,
        carrier="correios_br",
        checkpoints=with_way_back(checkpoints),
        service=_text(item, "categoria") or _text(item, "nome") or None,
        signed_by=next((name for event in item.findall("evento") if (name := _text(event, "recebedor"))), None),
        pickup=next((point for event in item.findall("evento") if (point := _pickup(event))), None),
    )


def _pickup(event: etree._Element) -> PickupPoint | None:
    """Read where an event tells the recipient to collect (`endereco`; the newest event stands first)."""
    address = event.find("endereco")
    if address is None:
        return None
    return point_of(
        kind="post_office" if _text(event, "local").upper().startswith("AC ") else "",
        name=_text(event, "local"),
        lines=(_text(address, "logradouro"), _text(address, "bairro")),
        postcode=_text(address, "cep"),
        city=_text(address, "localidade"),
        country="BR",
    )


def _event(event: etree._Element) -> Event:
    wall, precision = _wall(_text(event, "data"), _text(event, "hora"))
    return Event(
        kind=_text(event, "tipo"),
        status=_text(event, "status"),
        wall=wall,
        precision=precision,
        description=_text(event, "descricao"),
        detail=_text(event, "detalhe"),
        unit=_text(event, "local"),
        postcode=_text(event, "codigo"),
        city=_text(event, "cidade"),
        state=_text(event, "uf"),
    )


def _wall(day: str, time: str) -> tuple[datetime | None, Precision]:
    if not day:
        return None, Precision.DATE
    if not time:
        return read_time(day, "%d/%m/%Y"), Precision.DATE
    return read_time(f"{day} {time}", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"), Precision.SECOND if time.count(":") > 1 else Precision.MINUTE
