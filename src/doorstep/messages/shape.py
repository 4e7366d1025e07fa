"""An order's parcels → how each of them stands and where it is to be collected, in the plain names of a template."""

from collections.abc import Iterator, Sequence
from typing import Any

from doorstep.domain.arrivals import Arrival, arrival_of
from doorstep.domain.languages import language_of
from doorstep.domain.orders import OrderLine
from doorstep.domain.pickup import PickupPoint
from doorstep.domain.vocabulary import Status
from doorstep.messages.facts import Parcel
from doorstep.messages.layout import words_of
from doorstep.messages.wording import hours_rows, moment_text

#: Parcels named one by one; the rest is counted.
_NAMED = 12
_WORDS = {status: f"is_{status}" for status in Status}
_GONE_BY = frozenset({Status.DELIVERED, Status.CANCELLED})


def standing_text(status: Status, locale: str) -> str:
    """Say how a parcel stands, in two or three words."""
    return words_of(language_of(locale))[_WORDS[status]]


def arrival_told(parcels: Sequence[Parcel], windows: Sequence[str | None], locale: str) -> dict[str, Any]:
    """Tell how many of an order's parcels are there, and how the others stand; `windows` are the parcels' own."""
    if len(parcels) == 1 and not parcels[0].folded.pieces:  # as most are
        there = parcels[0].folded.status is Status.DELIVERED
        return {"there": int(there), "total": 1, "rest": 1 - int(there), "others": None, "more": None}
    count: Arrival = arrival_of(one.folded for one in parcels)
    others = [other for parcel, window in zip(parcels, windows, strict=True) for other in _others(parcel, window, locale)]
    return {
        "there": count.there,
        "total": count.total,
        "rest": count.total - count.there,
        "others": others[:_NAMED] or None,
        "more": max(0, len(others) - _NAMED) or None,
    }


def _others(parcel: Parcel, window: str | None, locale: str) -> Iterator[dict[str, Any]]:
    """Name the pieces of a shipment, or the shipment itself, that are not there."""
    apart = dict(parcel.points)
    for number, status in [(piece.tracking_number, piece.status) for piece in parcel.folded.pieces] or [
        (parcel.tracking_number, parcel.folded.status)
    ]:
        if status in _GONE_BY:
            continue
        point = apart.get(number, parcel.point)
        yield {
            "carrier": parcel.carrier_name,
            "number": number,
            "standing": standing_text(status, locale),
            "window": window,
            "place": place_told(point, locale) if point is not None and status is Status.READY_FOR_PICKUP else None,
        }


def parts_told(parcel: Parcel, locale: str) -> list[dict[str, Any]] | None:
    """Tell how each piece of a shipment stands; None for a single parcel."""
    pieces = parcel.folded.pieces[:_NAMED]
    return [{"number": piece.tracking_number, "standing": standing_text(piece.status, locale)} for piece in pieces] or None


def places_told(parcel: Parcel, locale: str) -> list[dict[str, Any]] | None:
    """Tell where a shipment is to be collected: once, or of each piece that has a point of its own."""
    statuses = {piece.tracking_number: piece.status for piece in parcel.folded.pieces}
    if parcel.points:
        return [
            {"number": number, "waits": statuses.get(number) is Status.READY_FOR_PICKUP, **place_told(point, locale)}
            for number, point in parcel.points
        ][:_NAMED]
    if parcel.point is None:
        return None
    return [{"number": None, "waits": parcel.folded.status is Status.READY_FOR_PICKUP, **place_told(parcel.point, locale)}]


def place_told(point: PickupPoint, locale: str) -> dict[str, Any]:
    """Write a pick-up point."""
    town = " ".join([part for part in (point.postcode, point.city) if part])
    rows = hours_rows(point.hours, locale)
    return {
        "kind": point.kind or None,
        "name": point.name,
        "address": ", ".join([part for part in (*point.lines, town) if part and part != point.name]) or None,
        "hours": "; ".join([f"{days} {times}" for days, times in rows]) or point.hours_text,
        "until": moment_text(point.collect_by.local, locale) if point.collect_by else None,
        "code": point.code,
    }


def holds_text(lines: Sequence[OrderLine]) -> str | None:
    """Write what a parcel holds in one line; None: nothing is known of it."""
    named = ", ".join(f"{line.quantity} \N{MULTIPLICATION SIGN} {line.name}" for line in lines[:_NAMED])
    return f"{named} …" if len(lines) > _NAMED else named or None
