"""The form "something wrong with this parcel?" on its page → a problem that is open, and the page that says what happens next."""

from datetime import timedelta
from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.pitfalls import WORDS_OF_CUSTOMERS
from doorstep.errors import NotFoundError
from doorstep.steps.trouble import say
from doorstep.steps.work import utc_now
from doorstep.store import access, shipments
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text, is_token, network_of
from doorstep.web.network import Buckets
from doorstep.web.tenants import tenant_of
from doorstep.web.track.framing import asked_languages, dress, framed, words_of

#: Forms an hour: by network, by parcel.
_FROM_A_NETWORK, _OF_A_PARCEL, _PER = 12, 6, timedelta(hours=1)
_NETWORKS, _PARCELS = (Buckets(most, _PER.total_seconds()) for most in (_FROM_A_NETWORK, _OF_A_PARCEL))
_LONGEST = 500
_KINDS = frozenset(kind.kind for kind in WORDS_OF_CUSTOMERS)


@post("/t/{token:str}/problem", status_code=HTTP_200_OK, include_in_schema=False, opt={"public": True})
async def tell_problem(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Open a problem on the customer's word. The token itself is the proof that the form is theirs."""
    house, now = house_of(request), utc_now()
    async with house.database.system() as tx:
        found = await shipments.by_token(tx, token) if is_token(token) else None
    if found is None:
        raise NotFoundError("there is no such page")
    tenant = await tenant_of(house, found.merchant_id)
    words = words_of(request, *asked_languages(request), tenant.brand.default_locale)
    form = await request.form()
    kind, note = clean_text(form.get("kind"), 40), clean_text(form.get("note"), _LONGEST)
    if kind not in _KINDS:
        return framed("track/sorry.html", words, dress(tenant), status=400, what="refused")
    if not await _may_tell(request, found.merchant_id, found.shipment_id):
        return framed("track/sorry.html", words, dress(tenant), status=429, what="often")
    async with house.database.for_merchant(found.merchant_id) as tx:
        await say(tx, house.directory, found.merchant_id, found.shipment_id, kind, note, now)
    asked = clean_text(request.query_params.get("lang"), 20)
    language = f"?lang={asked}" if asked.replace("-", "").isalnum() else ""
    return Redirect(f"/t/{found.token}{language}#problems", status_code=303)


async def _may_tell(request: AnyRequest, merchant_id: int, shipment_id: int) -> bool:
    """Take one from each count: first of this process, which costs nothing, then of all together."""
    network, parcel = network_of(request), str(shipment_id)
    if max(_NETWORKS.take(f"{merchant_id} {network}"), _PARCELS.take(f"{merchant_id} {parcel}")):
        return False
    counts = {f"problem network {network}": _FROM_A_NETWORK, f"problem parcel {parcel}": _OF_A_PARCEL}
    async with house_of(request).database.system() as tx:
        return await access.attempt(tx, merchant_id, counts, _PER, utc_now())
