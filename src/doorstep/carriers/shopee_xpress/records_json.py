"""Shopee Xpress's `sls_tracking_info` (JSON) → one tracking; its refusals → notes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from doorstep.carriers.clock import latest, stamp
from doorstep.carriers.reading import boxed, dig, ends_journey, listed, numbered, worded
from doorstep.carriers.shopee_xpress.codes import NO_REASON, event_type_of
from doorstep.domain.places import Place
from doorstep.domain.times import OccurredAt
from doorstep.domain.tracking import CarrierNote, Checkpoint, Estimate, Parsed, Tracking
from doorstep.domain.vocabulary import Precision
from doorstep.errors import BadInputError

#: The market in a number's first letters → the clock its customers' days are reckoned by. Source: IANA tz 2026a.
_MARKETS = {
    "BR": "America/Sao_Paulo",
    "ID": "Asia/Jakarta",
    "MY": "Asia/Kuala_Lumpur",
    "PH": "Asia/Manila",
    "SG": "Asia/Singapore",
    "TH": "Asia/Bangkok",
    "TW": "Asia/Taipei",
    "VN": "Asia/Ho_Chi_Minh",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Seconds after 1970 within which a parcel of Shopee may have been scanned: 2015 to 2100.
_POSSIBLE = range(1_420_070_400, 4_102_444_800)


def read(answer: Any) -> Parsed:
    """Read an answer, bare or under `data`, or a refusal.

    Raises:
        BadInputError: neither.
    """
    body = answer.get("data") if isinstance(dig(answer, "data"), dict) else answer
    info, order = boxed(dig(body, "sls_tracking_info")), boxed(dig(body, "order_info"))
    number = numbered(worded(order.get("spx_tn")) or worded(info.get("sls_tn")) or worded(order.get("sls_tn")))
    if not number:
        text = worded(dig(answer, "message")) or worded(dig(answer, "msg"))
        code = worded(dig(answer, "retcode")) or worded(dig(answer, "error"))
        if not (code or text):
            raise BadInputError("JSON without a number and without a refusal of Shopee Xpress")
        return Parsed(notes=(CarrierNote(code, text),))
    checkpoints = tuple(_checkpoint(record, number) for record in listed(info.get("records")) if isinstance(record, dict))
    over = any(ends_journey(checkpoint.event_type) for checkpoint in checkpoints)
    market = (worded(info.get("sls_tn")) or number)[:2].upper()
    estimates = () if over else _estimates(boxed(dig(body, "edd_info")), market, latest(scan.occurred_at for scan in checkpoints))
    return Parsed(
        (
            Tracking(
                tracking_number=number,
                carrier="shopee_xpress",
                checkpoints=checkpoints,
                estimates=estimates,
                signed_by=(worded(info.get("receiver_name")) or None) if over else None,
            ),
        )
    )


def _checkpoint(record: dict[str, Any], number: str) -> Checkpoint:
    code, reason = worded(record.get("tracking_code")), worded(record.get("reason_code"))
    moment = _moment(record.get("actual_time"))
    facility = worded(dig(record, "current_location", "location_name"))
    return Checkpoint(
        event_type=event_type_of(code, worded(record.get("tracking_name"))),
        occurred_at=stamp(moment, Precision.SECOND) if moment else None,
        place=Place(facility=facility) if facility else None,
        carrier="shopee_xpress",
        carrier_code="/".join(part for part in (code, reason if reason != NO_REASON else "") if part),
        carrier_text=worded(record.get("buyer_description")) or worded(record.get("description")) or worded(record.get("tracking_name")),
        tracking_number=number,
    )


def _moment(seconds: Any) -> datetime | None:
    """Read seconds since 1970; None where it is no such number ("0" stands for unset)."""
    told = worded(seconds)
    return _EPOCH + timedelta(seconds=int(told)) if told.isascii() and told.isdigit() and int(told[:12]) in _POSSIBLE else None


def _estimates(told: dict[str, Any], market: str, stated_at: OccurredAt | None) -> tuple[Estimate, ...]:
    first, last = (_moment(told.get(name)) for name in ("edd_min", "edd_max"))
    if last is None or market not in _MARKETS:
        return ()
    from_on, to_on = _day(first or last, market), _day(last, market)
    return (Estimate(from_on=from_on, to_on=to_on, stated_at=stated_at),) if from_on <= to_on else ()


def _day(moment: datetime, market: str) -> date:
    return moment.astimezone(ZoneInfo(_MARKETS[market])).date()
