"""A customer → the assistants they let in, each ended by a button; a token made by hand, shown once."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from doorstep.messages.wording import day_text
from doorstep.steps import assistants as granting
from doorstep.steps.assistants import DAYS_BY_HAND, Let, Scope
from doorstep.steps.identity import Proof, hint_of
from doorstep.steps.work import utc_now
from doorstep.store import assistants
from doorstep.store.assistants import Grant
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.track.assistants.doors import Guest, enter, turned_away

#: Scope → the text that says it.
RIGHTS = {Scope.READ: "assistant.read", Scope.PREPARE: "assistant.prepare", Scope.COMMIT: "assistant.commit"}
_LONGEST_NAME, _MOST_HELD = 60, 20


class GrantShown(msgspec.Struct, frozen=True, kw_only=True):
    """One assistant in the list."""

    grant_id: int
    name: str
    rights: tuple[str, ...]
    until: str
    last: str


@get("/me/{merchant_slug:str}/assistant", include_in_schema=False, opt={"public": True})
async def assistants_page(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """List the assistants that a customer let in."""
    guest = await enter(request, merchant_slug)
    return await _page(guest, guest.proof) if guest.proof else guest.sign_in()


@post("/me/{merchant_slug:str}/assistant", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def change_assistants(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Make a token, or end what an assistant may."""
    guest = await enter(request, merchant_slug)
    if no := turned_away(request, guest):
        return no
    if guest.proof is None:
        return guest.sign_in()
    form = await request.form()
    if revoked := clean_text(form.get("revoke"), 20):
        return await _end(guest, guest.proof, int(revoked) if revoked.isascii() and revoked.isdigit() and len(revoked) < 19 else 0)  # noqa: PLR2004 - bigint
    name, days = clean_text(form.get("name"), _LONGEST_NAME), clean_text(form.get("days"), 4)
    if not name or days not in map(str, DAYS_BY_HAND):
        return await _page(guest, guest.proof, wrong="missing", status=422)
    wanted = {Scope.READ.value, *map(str, form.getall("may", []))}
    return await _make(guest, guest.proof, name, wanted, int(days))


async def _make(guest: Guest, proof: Proof, name: str, wanted: set[str], days: int) -> Response[Any]:
    now = utc_now()
    let = Let(name=name, scopes=wanted, locale=guest.words.tag, until=now + timedelta(days=days))
    async with guest.house.database.for_merchant(guest.merchant_id) as tx:
        held = await assistants.of_person(tx, guest.merchant_id, proof.kind, proof.value, now)
        token = await granting.grant_by_hand(tx, guest.tenant, proof, let, now) if len(held) < _MOST_HELD else ""
    return await _page(guest, proof, made=token, wrong="" if token else "many", status=200 if token else 422)


async def _end(guest: Guest, proof: Proof, grant_id: int) -> Response[Any]:
    """End a grant of the customer's own; another's is not told from one that is not there."""
    async with guest.house.database.for_merchant(guest.merchant_id) as tx:
        grant = await assistants.one(tx, guest.merchant_id, grant_id)
        if grant is not None and (grant.kind, grant.address) == (proof.kind, proof.value):
            await granting.end(tx, guest.merchant_id, grant, "its customer ended it", utc_now())
    return await _page(guest, proof, done="revoked")


async def _page(guest: Guest, proof: Proof, *, made: str = "", wrong: str = "", done: str = "", status: int = 200) -> Response[str]:
    async with guest.house.database.for_merchant(guest.merchant_id) as tx:
        held = await assistants.of_person(tx, guest.merchant_id, proof.kind, proof.value, utc_now())
    return guest.page(
        "assistants",
        status=status,
        who=hint_of(proof.value),
        grants=[_shown(guest, one) for one in held],
        address=f"{guest.house.settings.base_url}/mcp/{guest.tenant.merchant.slug}",
        rights=rights_of(guest, tuple(Scope)),
        days=DAYS_BY_HAND,
        made=made,
        wrong=wrong,
        done=done,
    )


def rights_of(guest: Guest, scopes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """List what the merchant lets an assistant be let do, each with its sentence."""
    return tuple((scope.value, guest.words(RIGHTS[scope])) for scope in granting.scopes_of(scopes, guest.tenant.merchant))


def _shown(guest: Guest, grant: Grant) -> GrantShown:
    return GrantShown(
        grant_id=grant.grant_id,
        name=grant.name,
        rights=tuple(text for _, text in rights_of(guest, grant.scopes)),
        until=guest.words("assistant.until", day=day_of(guest, grant.expires_at)),
        last=guest.words("assistant.last", day=day_of(guest, grant.used_at)) if grant.used_at else guest.words("assistant.never"),
    )


def day_of(guest: Guest, moment: datetime) -> str:
    """Write the day of a moment by the shop's calendar."""
    return day_text(moment.astimezone(ZoneInfo(guest.tenant.sending.zone or "UTC")).date(), guest.words.tag)
