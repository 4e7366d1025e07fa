"""From where, to where, when → by when an order arrives, with its chance: what a checkout shows."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.params import QueryParameter

from doorstep.carriers.countries import country_of
from doorstep.errors import BadInputError, NotFoundError
from doorstep.insights.carbon import Manner, Spot, carbon
from doorstep.steps.footprint import is_fast
from doorstep.steps.work import utc_now
from doorstep.timeline.estimating.counted import Lane
from doorstep.timeline.estimating.promising import Basis, promise
from doorstep.timeline.expecting import area_of
from doorstep.web.api.entering import key_of
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest
from doorstep.web.tenants import tenant_of

From = Annotated[
    str | None,
    QueryParameter(
        name="from",
        description="Where it leaves: a country, or with a post code: `ES`, `ES-28013`. Left out: your warehouse.",
        max_length=40,
    ),
]
To = Annotated[str, QueryParameter(description="Where it goes, as in `from`.", min_length=2, max_length=40)]
Service = Annotated[str | None, QueryParameter(description="Carrier, or carrier and service: `gls`, `gls/Express`.", max_length=120)]
At = Annotated[
    str | None, QueryParameter(description="When it is ordered, ISO 8601; without an offset: your warehouse's time.", max_length=40)
]

#: Years of which weekends and holidays are known well enough to be asked about.
_YEARS = range(2000, 2100)
#: A plus sign that was not written as %2B arrives as a space.
_LOST_PLUS = re.compile(r"(?<=[0-9]) (?=[0-9]{2}:?[0-9]{2}$)")


class PromiseShown(msgspec.Struct, frozen=True, kw_only=True):
    """By when an order arrives."""

    #: First and last day of the window, local to the destination.
    from_on: date
    to_on: date
    #: 0 to 1: that it arrives on one of these days.
    chance: float
    #: Order by then for this window.
    cut_off: datetime
    basis: Basis
    #: Grams CO2e of a parcel of usual weight; null where a country is not known.
    carbon_g: int | None


@get("/promise", operation_id="readPromise", tags=["Promise"], opt={"scope": "promise:read"})
async def read_promise(request: AnyRequest, to: To, from_: From = None, service: Service = None, at: At = None) -> PromiseShown:
    """Tell by when an order arrives, with its chance.

    Learnt from your own delivered parcels: `basis` says from how many, and how close to this lane. Thin lanes lean on broader ones, and
    all on a careful guess of ours (`house`) until parcels have arrived. Weekends and public holidays of both ends count. Your
    warehouse's country, zone, cut-off, working days and handling days are set at the desk under Settings.
    """
    house, merchant_id = house_of(request), key_of(request).merchant_id
    tenant = await tenant_of(house, merchant_id)
    sending = tenant.sending
    (origin, _), (destination, postcode) = _place(from_, "from") if from_ else (sending.country, ""), _place(to, "to")
    carrier, _, named = (service or "").partition("/")
    lane = Lane(merchant_id, carrier.strip().casefold(), named.strip(), origin, destination, area_of(postcode))
    asked_at = _moment(at, sending.zone, utc_now())
    told = promise(house.directory.outlook.experience, sending, lane, asked_at, any_carrier=not carrier)
    if told is None:
        raise NotFoundError("parcels on this lane take longer than can be promised")
    return PromiseShown(
        from_on=told.from_on,
        to_on=told.to_on,
        chance=told.chance,
        cut_off=told.cut_off,
        basis=told.basis,
        carbon_g=_grams(lane.carrier, lane.service, origin, destination),
    )


def _place(text: str, name: str) -> tuple[str, str]:
    """Read "ES" or "ES-28013": country and post code."""
    word, _, postcode = text.partition("-")
    country = country_of(word.strip()) if len(word.strip()) == 2 else None  # noqa: PLR2004 - alpha-2
    if country is None:
        raise BadInputError(f"{name}: a country, or a country and a post code, such as ES or ES-28013")
    return country, postcode.strip()


def _moment(text: str | None, zone: str, now: datetime) -> datetime:
    if text is None:
        return now
    try:
        at = datetime.fromisoformat(_LOST_PLUS.sub("+", text))
        at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone or "UTC"))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInputError("at: a moment such as 2026-11-22T15:30:00+01:00") from None
    if at.year not in _YEARS:
        raise BadInputError(f"at: a moment from {_YEARS.start} to {_YEARS.stop - 1}")
    return at


@lru_cache(maxsize=4096)
def _grams(carrier: str, service: str, origin: str, destination: str) -> int | None:
    estimate = carbon(Spot(origin), Spot(destination), Manner(carrier=carrier, express=is_fast(carrier, service)))
    return estimate.grams if estimate else None


ROUTES: list[Any] = [read_promise]
