"""A request to the pages about assistants → the customer who has shown by a code that they are one, or the way to do so."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.response import Redirect

from doorstep.domain.actions.kinds import Assurance
from doorstep.errors import NotFoundError
from doorstep.steps.assistants import switches_of
from doorstep.steps.directory import Tenant
from doorstep.steps.identity import Proof
from doorstep.web.house import House, house_of
from doorstep.web.look.asking import AnyRequest, clean_text, is_same_origin, network_of
from doorstep.web.network import Buckets
from doorstep.web.tenants import tenant_by_slug
from doorstep.web.track.asker import proof_of
from doorstep.web.track.framing import asked_languages, dress, framed, words_of
from doorstep.web.track.words import Words

#: Forms an hour of one network.
_FORMS = Buckets(120, timedelta(hours=1).total_seconds())
_LONGEST = 2500


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at these pages."""

    house: House
    tenant: Tenant
    words: Words
    #: What their session shows; None: it is not sure enough who it is.
    proof: Proof | None
    #: "?lang=es" where the address asks for a language, else "".
    lang: str
    #: What an assistant asked for, sealed; "" nothing.
    ask: str

    @property
    def merchant_id(self) -> int:
        """At whose shop."""
        return self.tenant.merchant.merchant_id

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response[str]:
        """Answer with a page."""
        return framed(f"track/{template}.html", self.words, dress(self.tenant), status=status, referrer="same-origin", **values)

    def path(self, below: str = "") -> str:
        """An address of these pages."""
        return f"/me/{self.tenant.merchant.slug}/assistant{below}"

    def sign_in(self, below: str = "", order: str = "") -> Redirect:
        """Lead to where somebody shows who they are, and back; `order`: the token of the order whose address gets the code."""
        lang = self.lang.replace("?", "&")
        query = f"?ask={self.ask}{lang}" if self.ask else self.lang
        whose = f"order={order}&" if order else ""
        return Redirect(f"/me/{self.tenant.merchant.slug}?{whose}back={quote(self.path(below) + query, safe='')}{lang}", status_code=303)


async def enter(request: AnyRequest, slug: str) -> Guest:
    """Find out who is there.

    Raises:
        NotFoundError: there is no such shop, or it lets no assistants in.
    """
    house = house_of(request)
    tenant = await tenant_by_slug(house, slug)
    if not switches_of(tenant.merchant).customers:
        raise NotFoundError("there is no such page")
    async with house.database.for_merchant(tenant.merchant.merchant_id) as tx:
        proof = await proof_of(request, tenant, tx)
    asked = clean_text(request.query_params.get("lang"), 20)
    return Guest(
        house=house,
        tenant=tenant,
        words=words_of(request, *asked_languages(request), tenant.brand.default_locale),
        proof=proof if proof is not None and proof.assurance >= Assurance.CODE else None,
        lang=f"?lang={asked}" if asked.replace("-", "").isalnum() else "",
        ask=_sealed(clean_text(request.query_params.get("ask"), _LONGEST)),
    )


def _sealed(text: str) -> str:
    return text if text.isascii() and text.replace("-", "").replace("_", "").isalnum() else ""


def turned_away(request: AnyRequest, guest: Guest) -> Response[str] | None:
    """Answer a form that is another site's, or one of too many; None: it may be read."""
    if not is_same_origin(request):
        return guest.page("sorry", status=403, what="refused")
    if _FORMS.take(f"{guest.merchant_id} {network_of(request)}"):
        return guest.page("sorry", status=429, what="often")
    return None
