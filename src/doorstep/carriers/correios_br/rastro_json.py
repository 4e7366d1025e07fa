"""Correios' REST answer (srorastro v1 objects, JSON) → trackings and notes."""

from typing import Any

from doorstep.carriers.clock import iso_day, iso_stamp, latest, read_time
from doorstep.carriers.collecting import point_of, told_last
from doorstep.carriers.correios_br.events import Event, checkpoint_of, with_way_back
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: Events whose unit is where the recipient goes. Source: the address shown with these events by public clients, read 2026-11-29.
_FOR_COLLECTION = frozenset({"ready_for_pickup", "ready_for_pickup_locker", "in_transit_to_pickup_point"})


def read(answer: Any) -> Parsed:
    """Read an answer with any number of objects, or a list of error messages.

    Raises:
        BadInputError: neither objects nor messages in it.
    """
    trackings, notes = [], [CarrierNote(*_split(worded(text))) for text in listed(dig(answer, "msgs")) if worded(text)]
    for item in listed(dig(answer, "objetos")):
        number = numbered(worded(dig(item, "codObjeto")))
        problem = worded(dig(item, "mensagem"))
        if problem:
            notes.append(CarrierNote(*_split(problem), number or None))
        elif number:
            trackings.append(_tracking(item, number))
        else:
            raise BadInputError("an object without a number")
    if not trackings and not notes:
        raise BadInputError("JSON without objects and without messages of Correios")
    return Parsed(tuple(trackings), tuple(notes))


def _split(problem: str) -> tuple[str, str]:
    """Part "SRO-020: …" into its code and its text."""
    code, colon, text = problem.partition(":")
    return (code.strip(), text.strip()) if colon and " " not in code.strip() else ("", problem)


def _tracking(item: Any, number: str) -> Tracking:
    events = listed(dig(item, "eventos"))
    checkpoints = with_way_back(tuple(checkpoint_of(_event(event), number) for event in events))
    return Tracking(
        tracking_number=number,
        carrier="correios_br",
        checkpoints=checkpoints,
        estimates=_estimates(worded(dig(item, "dtPrevista")), checkpoints),
        service=worded(dig(item, "tipoPostal", "categoria")) or worded(dig(item, "tipoPostal", "descricao")) or None,
        signed_by=next((name for event in events if (name := worded(dig(event, "recebedor", "nome")))), None),
        pickup=told_last((scan, _pickup(event, scan.event_type)) for scan, event in zip(checkpoints, events, strict=True)),
    )


def _pickup(event: Any, event_type: str) -> PickupPoint | None:
    """Read the unit at which an object waits ("aguardando retirada no endereço indicado"), or to which it is sent for that."""
    if event_type not in _FOR_COLLECTION:
        return None
    unit = boxed(dig(event, "unidadeDestino" if event_type == "in_transit_to_pickup_point" else "unidade"))
    address = boxed(unit.get("endereco"))
    street = ", ".join(part for part in (worded(address.get("logradouro")), worded(address.get("numero"))) if part)
    if not street:
        return None
    kind = worded(unit.get("tipo")).casefold()
    return point_of(
        kind="locker" if event_type == "ready_for_pickup_locker" else "post_office" if kind.startswith("agência") else "",
        name=worded(unit.get("nome")) or worded(unit.get("tipo")),
        lines=(street, worded(address.get("complemento")), worded(address.get("bairro"))),
        postcode=worded(address.get("cep")),
        city=worded(address.get("cidade")),
        country="BR",
    )


def _event(event: Any) -> Event:
    when = worded(dig(event, "dtHrCriado"))
    stamped = iso_stamp(when, trust_zone=False) if when else None
    address = dig(event, "unidade", "endereco")
    return Event(
        kind=worded(dig(event, "codigo")),
        status=worded(dig(event, "tipo")),
        wall=read_time(stamped.local, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d") if stamped else None,
        precision=stamped.precision if stamped else Precision.DATE,
        description=worded(dig(event, "descricao")),
        detail=worded(dig(event, "detalhe")),
        unit=worded(dig(event, "unidade", "nome")),
        postcode=worded(dig(address, "cep")),
        city=worded(dig(address, "cidade")),
        state=worded(dig(address, "uf")),
    )


def _estimates(expected: str, checkpoints: tuple[Checkpoint, ...]) -> tuple[Estimate, ...]:
    if not expected or any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints):
        return ()
    day = iso_day(expected)
    return (Estimate(from_on=day, to_on=day, stated_at=latest(checkpoint.occurred_at for checkpoint in checkpoints)),)
