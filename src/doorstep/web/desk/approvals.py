"""Templates that providers approve: how each stands, by connection and language; asked about now, handed in."""

import asyncio
from typing import Any

import msgspec
from babel import Locale
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.channels import channels
from doorstep.domain.languages import LANGUAGES, language_of
from doorstep.domain.plugins import Template
from doorstep.errors import NotFoundError
from doorstep.messages import TEMPLATES, BadTemplateError
from doorstep.steps.directory import Tenant
from doorstep.steps.templates import approving_of, hand_in
from doorstep.steps.work import utc_now
from doorstep.store import connections, templates
from doorstep.store.connections import Connection
from doorstep.store.templates import Due, KeptTemplate, hash_of
from doorstep.web.desk.doors import desk_page, id_of, note, tenant_of, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_DONE = {
    "asked": "It is asked about now; look again in a few seconds.",
    "handed_in": "Handed in; look again in a few seconds.",
    "nothing": "There was nothing to hand in.",
}
#: Of these, nothing needs to be handed in while their text is the one that was.
_UNDER_WAY = frozenset({"asked", "pending", "approved"})


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """One message of ours, as it could be handed in."""

    #: Our name of it: "shipped".
    name: str
    template: Template
    #: How it stands; None: it was never handed in, and the provider lists none of its name.
    kept: KeptTemplate | None

    @property
    def changed(self) -> bool:
        """Its text is not the one that was handed in."""
        return self.kept is not None and self.kept.body_hash != hash_of(self.template)

    @property
    def open(self) -> bool:
        """It is to be handed in (again)."""
        return self.kept is None or self.changed or self.kept.shown not in _UNDER_WAY


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One connection's templates, for the page."""

    connection: Connection
    #: The provider, as people know it.
    provider: str
    #: None: it was never asked yet.
    due: Due | None
    #: Ours in the chosen language.
    offered: list[Offered]
    #: All others that the provider lists, and ours in other languages.
    templates: list[KeptTemplate]


@get("/approvals", include_in_schema=False)
async def list_approvals(request: AnyRequest) -> Response[str]:
    """Show how each template stands at each provider that approves them."""
    house, merchant_id, tenant = house_of(request), user_of(request).merchant_id, tenant_of(request)
    language = _language(request.query_params.get("language"), tenant)
    async with house.database.for_merchant(merchant_id) as tx:
        approving = [one for one in await connections.connections(tx, house.directory.sealer, merchant_id) if approving_of(one)]
        standing = [
            (
                one,
                await templates.due(tx, merchant_id, one.connection_id),
                {(kept.name, kept.language): kept for kept in await templates.of(tx, merchant_id, one.connection_id)},
            )
            for one in approving
        ]
    ours = await asyncio.to_thread(_ours, tenant, language) if approving else []
    shown = [
        Shown(
            connection=one,
            provider=channels()[one.provider].name,
            due=due,
            offered=[Offered(name=name, template=made, kept=kept.pop((made.name, made.language), None)) for name, made in ours],
            templates=list(kept.values()),
        )
        for one, due, kept in standing
    ]
    done = _DONE.get(request.query_params.get("done", ""), "")
    names = {code: Locale(code).english_name for code in LANGUAGES}
    return desk_page(request, "approvals.html", shown=shown, done=done, language=language, languages=names)


def _language(given: object, tenant: Tenant) -> str:
    """Read which language is meant: the shop's own unless told."""
    chosen = clean_text(given, 10)
    return chosen if chosen in LANGUAGES else language_of(tenant.brand.default_locale)


def _ours(tenant: Tenant, language: str) -> list[tuple[str, Template]]:
    """Write every message of ours that can be approved, in one language, with the merchant's own words; a second's work at first."""
    made: list[tuple[str, Template]] = []
    for name in TEMPLATES:
        try:
            template = tenant.library.approvable(name, language, tenant.brand.page_base)
        except BadTemplateError:  # the merchant's own words cannot be read; the gallery shows it
            continue
        if template is not None:
            made.append((name, template))
    return made


@post("/approvals/{connection_id:int}/ask", status_code=HTTP_200_OK, include_in_schema=False)
async def ask_now(request: AnyRequest, connection_id: FromPath[int]) -> Response[Any]:
    """Have a connection's templates listed at once."""
    one = await _one(request, connection_id)
    async with house_of(request).database.for_merchant(one.merchant_id) as tx:
        await templates.want(tx, one.merchant_id, one.connection_id, utc_now())
        await note(tx, request, "ask_approvals", f"connection {one.connection_id}")
    return Redirect("/desk/approvals?done=asked", status_code=303)


@post("/approvals/{connection_id:int}/hand-in", status_code=HTTP_200_OK, include_in_schema=False)
async def hand_in_ours(request: AnyRequest, connection_id: FromPath[int]) -> Response[Any]:
    """Have one of our messages handed in for approval, or (without a name) all that need to be, in one language."""
    one, form, tenant = await _one(request, connection_id), await request.form(), tenant_of(request)
    language, name = _language(form.get("language"), tenant), clean_text(form.get("template"), 100)
    ours = await asyncio.to_thread(_ours, tenant, language)
    async with house_of(request).database.for_merchant(one.merchant_id) as tx:
        kept = {(k.name, k.language): k for k in await templates.of(tx, one.merchant_id, one.connection_id)}
        offered = [Offered(name=which, template=made, kept=kept.get((made.name, made.language))) for which, made in ours]
        wanted = [this for this in offered if this.name == name or (not name and this.open)]
        if name and not wanted:
            raise NotFoundError("there is no such message of ours that could be approved")
        for this in wanted:
            await hand_in(tx, one, this.template, utc_now())
        if wanted:
            await note(tx, request, "hand_in", f"connection {one.connection_id}, {language}: {', '.join(this.name for this in wanted)}")
    return Redirect(f"/desk/approvals?language={language}&done={'handed_in' if wanted else 'nothing'}", status_code=303)


async def _one(request: AnyRequest, connection_id: int) -> Connection:
    """Find a connection whose provider approves templates.

    Raises:
        NotFoundError: there is none of this id, or it approves none.
    """
    house, merchant_id = house_of(request), user_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        one = await connections.one(tx, house.directory.sealer, merchant_id, id_of(connection_id))
    if approving_of(one) is None:
        raise NotFoundError("this connection's provider approves no templates")
    return one
