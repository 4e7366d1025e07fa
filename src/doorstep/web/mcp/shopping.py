"""A question of somebody who shops, for no customer → how this shop's deliveries go, when one would arrive, how goods go back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from doorstep.actions.wording import said
from doorstep.carriers.countries import country_of
from doorstep.conversations.knowledge.quoting import NoAnswer
from doorstep.errors import BadInputError, NotFoundError
from doorstep.insights.performance import LEAST_PUBLIC, By
from doorstep.insights.publishing import public_figures, public_groups
from doorstep.steps.directory import Tenant
from doorstep.steps.knowing_shop import LONGEST_QUESTION, look
from doorstep.steps.report import report
from doorstep.steps.rules import policy_of
from doorstep.store.database import Tx
from doorstep.timeline.estimating.counted import Lane
from doorstep.timeline.estimating.promising import promise
from doorstep.timeline.expecting import area_of
from doorstep.web.house import House

#: Whole weeks that figures are told of, the current one not among them: as the published document has them.
_WEEKS = 26
#: Parts of a policy that are for shoppers.
_FOR_SHOPPERS = ("Returns and exchanges",)


class _Figures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    by: By = By.CARRIER


class _Estimate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    country: str
    postcode: str = ""


class _Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    question: Annotated[str, Meta(min_length=2, max_length=LONGEST_QUESTION)]


class _Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


async def shop(house: House, tx: Tx, tenant: Tenant, tool: str, arguments: Mapping[str, Any], tag: str, now: datetime) -> dict[str, Any]:
    """Answer; `tag`: BCP 47 of the language asked in.

    Raises:
        BadInputError: the arguments are of another shape.
        NotFoundError: nothing is known of it.
    """
    try:
        match tool:
            case "delivery_performance":
                return await _performance(tx, tenant, msgspec.convert(dict(arguments), _Figures).by, now)
            case "delivery_estimate":
                return _estimate(house, tenant, msgspec.convert(dict(arguments), _Estimate), now)
            case "ask_shop":
                return await _said(tx, tenant, msgspec.convert(dict(arguments), _Question).question, tag, now)
            case _:
                msgspec.convert(dict(arguments), _Nothing)
                return await _returns(tx, tenant, now)
    except msgspec.ValidationError as error:
        raise BadInputError(f"arguments: {error}") from error


async def _performance(tx: Tx, tenant: Tenant, by: By, now: datetime) -> dict[str, Any]:
    today = now.astimezone(UTC).date()
    last = today - timedelta(days=today.weekday() + 7)
    found = await report(tx, tenant.merchant.merchant_id, (last - timedelta(weeks=_WEEKS - 1), last), by)
    enough = found.whole.finished >= LEAST_PUBLIC
    figures = {one.key: one.figures for one in found.groups}
    return {
        "shop": tenant.brand.name,
        "from": found.from_on.isoformat(),
        "to": found.to_on.isoformat(),
        "range": "95 % (Wilson)",
        "least_sample": LEAST_PUBLIC,
        "whole": public_figures(found.whole) if enough else None,
        f"by_{by}": [{by.value: key, **public_figures(figures[key])} for key in public_groups(figures)] if enough else [],
    }


def _estimate(house: House, tenant: Tenant, asked: _Estimate, now: datetime) -> dict[str, Any]:
    country, sending = country_of(asked.country.strip()), tenant.sending
    if country is None:
        raise BadInputError("country: ISO 3166-1 alpha-2, such as ES")
    postcode = asked.postcode.strip()[:20]
    lane = Lane(tenant.merchant.merchant_id, "", "", sending.country, country, area_of(postcode))
    told = promise(house.directory.outlook.experience, sending, lane, now, any_carrier=True)
    if told is None:
        raise NotFoundError("parcels to there take longer than can be promised")
    return {
        "shop": tenant.brand.name,
        "from_on": told.from_on.isoformat(),
        "to_on": told.to_on.isoformat(),
        "chance": told.chance,
        "order_by": told.cut_off.isoformat(),
        "basis": msgspec.to_builtins(told.basis),
    }


async def _said(tx: Tx, tenant: Tenant, question: str, tag: str, now: datetime) -> dict[str, Any]:
    """Quote the shop. Nothing is noted of the question: anybody may ask, and could fill the list of what the shop should write."""
    answer = (await look(tx, tenant.merchant.merchant_id, question, tag, now)).answer
    if isinstance(answer, NoAnswer):
        return {"shop": tenant.brand.name, "says": None, "why": answer.why}
    return {
        "shop": tenant.brand.name,
        "says": answer.text,
        "source": " / ".join((answer.title, *answer.path)),
        "url": answer.url or None,
        "language": answer.language or None,
        "as_of": answer.as_of.isoformat(),
        "valid_until": answer.valid_until.isoformat() if answer.valid_until else None,
        "likelihood": round(answer.score, 2),
    }


async def _returns(tx: Tx, tenant: Tenant, now: datetime) -> dict[str, Any]:
    policy = await policy_of(tx, tenant.merchant.merchant_id, now)
    told = [line.words for part in said(policy) if part.title in _FOR_SHOPPERS for line in part.says]
    return {"shop": tenant.brand.name, "rules": told if policy.returning.offered else told[:1]}
