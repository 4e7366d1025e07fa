"""A request → who asks: whoever holds an order's link, whoever has a session, or both where they are one; and the session's cookie."""

from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.steps import customer_sessions, identity
from doorstep.steps.customer_sessions import LASTS
from doorstep.steps.directory import Tenant
from doorstep.steps.identity import Proof
from doorstep.steps.work import utc_now
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest

#: Pages that a session is told of, and nothing else of this host: not the desk, not the API, not another merchant's.
_PATHS = ("/me/{slug}", "/find/{slug}", "/o", "/t")


def cookie_name(tenant: Tenant) -> str:
    """Name a merchant's cookie: sessions at two merchants of one installation do not know of each other."""
    return f"doorstep_me_{tenant.merchant.merchant_id}"


def cookie_of(request: AnyRequest, tenant: Tenant) -> str:
    """The cookie that a request brought for this merchant; "" none."""
    return request.cookies.get(cookie_name(tenant), "")[:4000]


async def proof_of(request: AnyRequest, tenant: Tenant, tx: Tx) -> Proof | None:
    """What the request's session shows of who asks; None: there is none, or it has ended."""
    sealer = house_of(request).directory.sealer
    return await customer_sessions.read(tx, sealer, tenant.merchant.merchant_id, cookie_of(request, tenant), utc_now())


async def asker_of(request: AnyRequest, tenant: Tenant, tx: Tx, order: KeptOrder | None = None, *, parcel: bool = False) -> Asker:
    """Tell who asks, and how sure that is.

    Whoever came by an order's own link (`order`) may do with that order what a link lets, and what their session lets where it is the same
    customer's; of somebody else's session nothing is mixed in. A `parcel`'s link lets read that parcel: of the order it lets nothing.
    """
    proof = await proof_of(request, tenant, tx)
    known = await identity.asker_of(tx, tenant.merchant.merchant_id, proof, channel="page") if proof else None
    if order is None:
        return known or Asker()
    if known is not None and identity.reaches(known, order):
        return known
    return Asker(assurance=Assurance.LINK) if parcel else identity.by_link(order)


async def let_in(request: AnyRequest, tenant: Tenant, tx: Tx, proof: Proof) -> str:
    """Open a session for what was shown, in place of the one there was; return its cookie's value, for `with_session`."""
    sealer = house_of(request).directory.sealer
    return await customer_sessions.begin(tx, sealer, tenant.merchant.merchant_id, proof, cookie_of(request, tenant), utc_now())


async def let_out(request: AnyRequest, tenant: Tenant, tx: Tx) -> None:
    """End the request's session."""
    sealer = house_of(request).directory.sealer
    await customer_sessions.end(tx, sealer, tenant.merchant.merchant_id, cookie_of(request, tenant))


def with_session(request: AnyRequest, tenant: Tenant, answer: Response[Any], value: str) -> Response[Any]:
    """Have an answer set the session's cookie, or take it away for ""."""
    secure = house_of(request).settings.base_url.startswith("https:")
    for path in _PATHS:
        answer.set_cookie(
            Cookie(
                key=cookie_name(tenant),
                value=value,
                max_age=int(LASTS.total_seconds()) if value else 0,
                path=path.format(slug=tenant.merchant.slug),
                httponly=True,
                samesite="lax",
                secure=secure,
            )
        )
    return answer
