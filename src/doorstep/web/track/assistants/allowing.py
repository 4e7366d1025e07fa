"""A program that asks to be let in → what it asks for, in the customer's words; their yes → a code for it, their no → told too."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.steps import assistants as granting
from doorstep.steps.assistants import GRANT_LASTS, Let, Scope, Wish
from doorstep.steps.identity import Proof, hint_of
from doorstep.steps.work import utc_now
from doorstep.store import assistants
from doorstep.store.assistants import Client
from doorstep.web.look.asking import AnyRequest
from doorstep.web.look.rendering import CUSTOMER_CSP
from doorstep.web.track.assistants.doors import Guest, enter, turned_away
from doorstep.web.track.assistants.listing import day_of, rights_of

_BELOW = "/allow"


@get("/me/{merchant_slug:str}/assistant/allow", include_in_schema=False, opt={"public": True})
async def allow_page(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Ask the customer whether they let a program in."""
    guest = await enter(request, merchant_slug)
    found = await _asked(guest)
    if found is None:
        return guest.page("assistant_said", status=404, said="allow_old", back=guest.path(guest.lang))
    return _page(guest, guest.proof, *found) if guest.proof else guest.sign_in(_BELOW)


@post("/me/{merchant_slug:str}/assistant/allow", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def allow(request: AnyRequest, merchant_slug: FromPath[str]) -> Response[Any]:
    """Let it in, or do not, and lead back to it."""
    guest = await enter(request, merchant_slug)
    if no := turned_away(request, guest):
        return no
    found = await _asked(guest)
    if found is None:
        return guest.page("assistant_said", status=404, said="allow_old", back=guest.path(guest.lang))
    if guest.proof is None:
        return guest.sign_in(_BELOW)
    wish, client = found
    form = await request.form()
    if form.get("do") != "allow":
        return _back(guest, wish, {"error": "access_denied"})
    ticked = {Scope.READ.value, *map(str, form.getall("may", []))} & set(wish.scopes)
    now = utc_now()
    let = Let(name=client.name, scopes=ticked, locale=guest.words.tag, until=now + GRANT_LASTS, client_id=client.client_id)
    async with guest.house.database.for_merchant(guest.merchant_id) as tx:
        code = await granting.grant_by_code(tx, guest.tenant, guest.proof, let, wish.challenge, wish.redirect, now)
    return _back(guest, wish, {"code": code})


async def _asked(guest: Guest) -> tuple[Wish, Client] | None:
    """Read what a program wishes; None: it is too old, none of ours, or the program is none any more."""
    wish = granting.read_wish(guest.house.directory.sealer, guest.merchant_id, guest.ask, utc_now())
    if wish is None:
        return None
    async with guest.house.database.for_merchant(guest.merchant_id) as tx:
        client = await assistants.client_of(tx, guest.merchant_id, wish.client_id)
    return (wish, client) if client is not None and wish.redirect in client.redirects else None


def _page(guest: Guest, proof: Proof, wish: Wish, client: Client) -> Response[str]:
    parts = urlsplit(wish.redirect)
    answer = guest.page(
        "assistant_allow",
        name=client.name,
        host=parts.hostname or f"{parts.scheme}:",
        who=hint_of(proof.value),
        rights=rights_of(guest, wish.scopes),
        always=Scope.READ.value,
        careful=Scope.COMMIT.value,
        until=day_of(guest, utc_now() + GRANT_LASTS),
        action=f"{guest.path(_BELOW)}?ask={guest.ask}{guest.lang.replace('?', '&')}",
    )
    # A browser that follows the form's answer to the program asks the policy of this page whether it may.
    origin = f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"
    answer.headers["content-security-policy"] = CUSTOMER_CSP.replace("form-action 'self'", f"form-action 'self' {origin}")
    return answer


def _back(guest: Guest, wish: Wish, told: dict[str, str]) -> Redirect:
    """Lead back to the program. Source: RFC 6749 section 4.1.2, RFC 9207, as known on 2026-11-30."""
    issuer = f"{guest.house.settings.base_url}/mcp/{guest.tenant.merchant.slug}"
    query = urlencode({**told, **({"state": wish.state} if wish.state is not None else {}), "iss": issuer})
    parts = urlsplit(wish.redirect)
    return Redirect(parts._replace(query=f"{parts.query}&{query}" if parts.query else query).geturl(), status_code=303)
