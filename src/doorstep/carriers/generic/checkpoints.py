"""A merchant's JSON checkpoints and their own code table → Tracking."""

import re
from collections.abc import Mapping
from typing import Any

from doorstep.carriers.collecting import is_clock, point_of
from doorstep.carriers.countries import country_of, place_of
from doorstep.carriers.generic.fields import day_at, flag_at, join, list_at, number_at, object_at, stamp_at, text_at
from doorstep.carriers.names import carrier_slug
from doorstep.carriers.reading import numbered
from doorstep.domain.event_types import EVENT_TYPES
from doorstep.domain.pickup import OpenHours, PickupPoint
from doorstep.domain.tracking import Checkpoint, Estimate, Link, Tracking
from doorstep.errors import BadInputError

_PLACE = ("text", "city", "region", "postcode", "country", "facility")
_ROLES = ("last_mile", "return", "replaced_by", "parcel")
_KINDS = ("locker", "shop", "post_office", "depot")
_HEAVIEST_G = 100_000_000


def read_tracking(value: Any, path: str, table: Mapping[str, str]) -> Tracking:
    """Read {"tracking_number", "carrier", "checkpoints", "estimate", …}; `path` is where it stands in the body.

    Raises:
        BadInputError: a field is missing or wrong; the text names its path.
    """
    box = object_at(value, path)
    number = numbered(text_at(box, "tracking_number", path, required=True))
    carrier = carrier_slug(text_at(box, "carrier", path)) or "generic"
    is_return = flag_at(box, "is_return", path)
    places = [(f"{join(path, 'checkpoints')}[{at}]", item) for at, item in enumerate(list_at(box, "checkpoints", path))]
    weight = number_at(box, "weight_g", path, least=0, most=_HEAVIEST_G)
    return Tracking(
        tracking_number=number,
        carrier=carrier,
        checkpoints=tuple(_checkpoint(item, at, table, (number, carrier), is_return=is_return) for at, item in places),
        estimates=_estimates(box, path),
        links=tuple(_link(item, f"{join(path, 'links')}[{at}]") for at, item in enumerate(list_at(box, "links", path))),
        service=text_at(box, "service", path) or None,
        weight_g=round(weight) if weight else None,
        signed_by=text_at(box, "signed_by", path) or None,
        is_return=is_return,
        pickup=_pickup(box["pickup"], join(path, "pickup")) if box.get("pickup") is not None else None,
    )


def _pickup(value: Any, path: str) -> PickupPoint | None:
    box = object_at(value, path)
    kind = text_at(box, "kind", path)
    if kind and kind not in _KINDS:
        raise BadInputError(f"{join(path, 'kind')}: must be one of {', '.join(_KINDS)}")
    parts = {key: text_at(box, key, path) for key in ("name", "postcode", "city", "country", "hours_text", "code")}
    hours = tuple(_hours(item, f"{join(path, 'hours')}[{at}]") for at, item in enumerate(list_at(box, "hours", path)))
    until = stamp_at(box, "collect_by", path, country=country_of(parts["country"]))
    return point_of(kind=kind, lines=text_at(box, "address", path).split("\n"), hours=hours, collect_by=until, **parts)


def _hours(value: Any, path: str) -> OpenHours:
    box = object_at(value, path)
    day = number_at(box, "weekday", path, least=0, most=6)
    opens, closes = text_at(box, "opens", path, required=True), text_at(box, "closes", path, required=True)
    if day is None or not (is_clock(opens) and is_clock(closes)):
        raise BadInputError(f"{path}: needs a weekday (0 is Monday) and times of day such as 09:30")
    return OpenHours(round(day), opens[:5], closes[:5])


def _checkpoint(value: Any, path: str, table: Mapping[str, str], named: tuple[str, str], *, is_return: bool) -> Checkpoint:
    box = object_at(value, path)
    code, text = text_at(box, "code", path), text_at(box, "text", path)
    slug = text_at(box, "event_type", path)
    if not (code or text or slug):
        raise BadInputError(f"{path}: needs a code, an event_type or a text")
    if slug and slug not in EVENT_TYPES:
        raise BadInputError(f"{join(path, 'event_type')}: {slug[:40]!r} is no event type")
    at = join(path, "place") if box.get("place") is not None else path
    where = object_at(box["place"], at) if at != path else {key: box.get(key) for key in _PLACE if key != "text"}
    parts = {key: text_at(where, key, at) for key in _PLACE}
    return Checkpoint(
        event_type=slug or table.get(code, "unknown"),
        occurred_at=stamp_at(box, "occurred_at", path, country=country_of(parts["country"]), region=parts["region"]),
        place=place_of(**parts),
        carrier=carrier_slug(text_at(box, "carrier", path)) or named[1],
        carrier_code=code,
        carrier_text=text,
        tracking_number=named[0],
        is_return=is_return or flag_at(box, "is_return", path),
    )


def _estimates(box: dict[str, Any], path: str) -> tuple[Estimate, ...]:
    if box.get("estimate") is None:
        return ()
    at = join(path, "estimate")
    window = object_at(box["estimate"], at)
    first, last = day_at(window, "from", at), day_at(window, "to", at)
    first, last = first or last, last or first
    if first is None or last is None:
        raise BadInputError(f"{at}: needs a from or a to")
    if last < first:
        raise BadInputError(f"{at}: its to is before its from")
    return (
        Estimate(
            from_on=first,
            to_on=last,
            from_time=_clock(window, "from_time", at),
            to_time=_clock(window, "to_time", at),
            stated_at=stamp_at(window, "stated_at", at),
            reason=text_at(window, "reason", at) or None,
            confidence=number_at(window, "confidence", at, least=0, most=1),
        ),
    )


def _clock(box: dict[str, Any], key: str, path: str) -> str | None:
    text = text_at(box, key, path)
    if text and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise BadInputError(f"{join(path, key)}: must be a time of day such as 09:30")
    return text or None


def _link(value: Any, path: str) -> Link:
    box = object_at(value, path)
    role = text_at(box, "role", path, required=True)
    if role not in _ROLES:
        raise BadInputError(f"{join(path, 'role')}: must be one of {', '.join(_ROLES)}")
    return Link(
        tracking_number=numbered(text_at(box, "tracking_number", path, required=True)),
        carrier=carrier_slug(text_at(box, "carrier", path)),
        role=role,
    )
