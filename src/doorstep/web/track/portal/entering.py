"""A request under an order's own link, or a present's → who asks, about which order, by which rules: all that the portal's pages need."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.response import Redirect

from doorstep.actions import Policy
from doorstep.actions.offering import Offers, offers
from doorstep.domain.actions.arguments import BusinessAction
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.known import Known, KnownOrder
from doorstep.errors import NotFoundError
from doorstep.messages import tag_to_speak
from doorstep.steps.directory import Tenant
from doorstep.steps.identity import by_link
from doorstep.steps.known import know, know_order
from doorstep.steps.rules import policy_of
from doorstep.steps.work import utc_now
from doorstep.store import access, orders, recipients
from doorstep.store.database import Tx
from doorstep.store.orders import KeptOrder
from doorstep.web.house import House, house_of
from doorstep.web.look.asking import AnyRequest, clean_text, is_same_origin, is_token, network_of
from doorstep.web.network import Buckets
from doorstep.web.tenants import tenant_of
from doorstep.web.track.asker import asker_of
from doorstep.web.track.framing import dress, framed, words_of
from doorstep.web.track.portal.drafts import Field
from doorstep.web.track.words import Words, words_for

#: Forms an hour: by network, by order.
_FROM_A_NETWORK, _OF_AN_ORDER, _PER = 240, 120, timedelta(hours=1)
_NETWORKS, _ORDERS = (Buckets(most, _PER.total_seconds()) for most in (_FROM_A_NETWORK, _OF_AN_ORDER))
#: What a present's link is sealed with.
_GIFT = "gift"


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at the pages of one order."""

    house: House
    tenant: Tenant
    kept: KeptOrder
    #: By whom the order was given as a present: sees no money and nothing of whoever bought it.
    gift: bool
    #: "/o/{token}" or "/g/{token}".
    base: str
    #: "?lang=es" where the address asks for a language, else "".
    lang: str
    asker: Asker
    known: Known
    policy: Policy
    words: Words
    now: datetime
    #: What was found out before, for this request.
    found: dict[bool, Offers] = msgspec.field(default_factory=dict)

    @property
    def merchant_id(self) -> int:
        """Whose order it is."""
        return self.kept.merchant_id

    @property
    def order(self) -> KnownOrder:
        """The order, as far as actions care."""
        if self.known.order is None:
            raise NotFoundError("there is no such page")
        return self.known.order

    @property
    def offers(self) -> Offers:
        """What may be asked for now, with every reason and variant."""
        return self._offered(whole=True)

    @property
    def gist(self) -> Offers:
        """What may be asked for now, of lines only whether they may go back at all."""
        return self._offered(whole=False)

    def _offered(self, *, whole: bool) -> Offers:
        if whole not in self.found:
            self.found[whole] = offers(self.asker, self.known, self.policy, self.now, gift=self.gift, whole=whole)
        return self.found[whole]

    @property
    def cases(self) -> tuple[Case, ...]:
        """The requests that whoever asks may see, newest first."""
        return tuple(case for case in reversed(self.order.cases) if case.gift or not self.gift)

    def link(self, path: str = "") -> str:
        """An address under this order's, in the language that was asked for."""
        return f"{self.base}{path}{self.lang}"

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response[str]:
        """Answer with a page of the portal."""
        frame = {"visit": self, "errors": (), "fields": (), **values}
        return framed(f"track/portal/{template}.html", self.words, dress(self.tenant), status=status, referrer="same-origin", **frame)

    def sorry(self, what: str, status: int) -> Response[str]:
        """Answer that it is not done."""
        return framed("track/sorry.html", self.words, dress(self.tenant), status=status, referrer="same-origin", what=what)

    def to(self, path: str) -> Redirect:
        """Lead to another page of this order."""
        return Redirect(self.link(path), status_code=303)


def gift_token(house: House, kept: KeptOrder) -> str:
    """Make the token of an order's link for whoever got it as a present."""
    return house.directory.sealer.token(_GIFT, str(kept.merchant_id), str(kept.order_id))


async def enter(request: AnyRequest, token: str) -> Visit:
    """Find out whose page this is.

    Raises:
        NotFoundError: the token is none of ours, or of another kind.
    """
    house, now, gift = house_of(request), utc_now(), request.url.path.startswith("/g/")
    async with house.database.system() as tx:
        kept = await _given(request, token) if gift else await orders.by_token(tx, token) if is_token(token) else None
    if kept is None:
        raise NotFoundError("there is no such page")
    tenant = await tenant_of(house, kept.merchant_id)
    async with house.database.for_merchant(kept.merchant_id) as tx:
        known = await know_order(tx, tenant, kept, now)
        policy = await policy_of(tx, kept.merchant_id, now)
        bought = kept.order.customer
        addresses = [] if gift else [address for address in (bought.email, bought.phone) if address]
        chosen = await recipients.chosen_locale(tx, kept.merchant_id, addresses) if addresses else None
        asker = by_link(kept) if gift else await asker_of(request, tenant, tx, kept)
    # The pages are about this order alone, whoever else's a session may reach.
    asker = msgspec.structs.replace(asker, orders=(kept.order_id,), actor="recipient" if gift else asker.actor)
    if gift:  # nothing of whoever bought it can be told or used
        known = msgspec.structs.replace(known, customer=None)
    asked = clean_text(request.query_params.get("lang"), 20)
    return Visit(
        house=house,
        tenant=tenant,
        kept=kept,
        gift=gift,
        base=f"/{'g' if gift else 'o'}/{token}",
        lang=f"?lang={asked}" if asked.replace("-", "").isalnum() else "",
        asker=asker,
        known=known,
        policy=policy,
        words=words_of(request, tag_to_speak(chosen, kept.order.locale), tenant.brand.default_locale),
        now=now,
    )


async def visit_for(
    tx: Tx, house: House, tenant: Tenant, asker: Asker, action: BusinessAction, words: Words, now: datetime
) -> Visit | None:
    """Find the order that an action is about, as its customer's pages have it; None: it is about none, or about one that is not theirs."""
    found = await know(tx, tenant, asker, action, now)
    if found.order is None or found.known.order is None or not asker.owns(found.known.order):
        return None
    return Visit(
        house=house,
        tenant=tenant,
        kept=found.order,
        gift=False,
        base=f"/o/{found.order.token}",
        lang="",
        asker=asker,
        known=found.known,
        policy=await policy_of(tx, tenant.merchant.merchant_id, now),
        words=words_for(tag_to_speak(words.tag, found.order.order.locale), words.tag),
        now=now,
    )


async def _given(request: AnyRequest, token: str) -> KeptOrder | None:
    house = house_of(request)
    if not is_token(token):
        return None
    match house.directory.sealer.read_token(token):
        case (kind, merchant_id, order_id) if kind == _GIFT and merchant_id.isdigit() and order_id.isdigit():
            key = (int(merchant_id), int(order_id))
            async with house.database.for_merchant(key[0]) as tx:
                return (await orders.read(tx, [key])).get(key)
        case _:
            return None


async def turned_away(request: AnyRequest, visit: Visit) -> Response[str] | None:
    """Answer a form that is another site's, or one of too many; None: it may be read."""
    if not is_same_origin(request):
        return visit.sorry("refused", 403)
    network, order = network_of(request), f"{visit.merchant_id} {visit.kept.order_id}"
    if max(_NETWORKS.take(f"{visit.merchant_id} {network}"), _ORDERS.take(order)):
        return visit.sorry("often", 429)
    counts = {f"portal network {network}": _FROM_A_NETWORK, f"portal order {visit.kept.order_id}": _OF_AN_ORDER}
    async with visit.house.database.system() as tx:
        may = await access.attempt(tx, visit.merchant_id, counts, _PER, utc_now())
    return None if may else visit.sorry("often", 429)


def verify(visit: Visit, path: str) -> Redirect:
    """Lead to where somebody shows who they are, and back to a page of this order afterwards."""
    lang = visit.lang.replace("?", "&") if "?" in path else visit.lang
    back = quote(f"{visit.base}{path}{lang}", safe="")
    way = f"/me/{visit.tenant.merchant.slug}?order={visit.kept.token}&back={back}"
    return Redirect(f"{way}{visit.lang.replace('?', '&')}", status_code=303)


def hidden(fields: Iterable[Field], *without: str) -> tuple[Field, ...]:
    """Fields that a form carries on, but for those it asks for itself (a name ending in "." stands for all that begin so)."""
    return tuple(
        (name, value)
        for name, value in fields
        if name not in without and not any(one[-1] == "." and name.startswith(one) for one in without)
    )
