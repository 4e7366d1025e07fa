"""Connected shops, carriers, channels, helpdesks and models → a list; a plug-in's declared settings → a form; a form → a connection."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.carriers import carriers
from doorstep.channels import channels
from doorstep.conversations.models import models
from doorstep.domain.plugins import Channel
from doorstep.errors import BadInputError, NotFoundError
from doorstep.helpdesks import helpdesks
from doorstep.shops import shops
from doorstep.steps.chat import PROVIDER as CHAT
from doorstep.steps.connect import Plugin, checked, new_connection, plugin_named, secret_names
from doorstep.steps.trying import Tried, can_try
from doorstep.steps.work import utc_now
from doorstep.store import connections, going, mailboxes
from doorstep.store.connections import Connection
from doorstep.web.desk.askings import asking_shown
from doorstep.web.desk.beside import Beside, going_shown, testing_kind
from doorstep.web.desk.chats import embedding
from doorstep.web.desk.doors import desk_page, id_of, note, user_of
from doorstep.web.house import House, house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_KINDS = ("shop", "channel", "helpdesk", "model", "carrier")
_DONE = {
    "hook": "The address is new. Give it to the provider; the one before is taken for 24 hours more.",
    "beside": "The new one stands beside the old one.",
    "dropped": "The old one is dropped.",
}


def _plugins() -> dict[str, list[Plugin]]:
    return {
        "shop": sorted(shops().values(), key=lambda p: p.name),
        "carrier": sorted(carriers().values(), key=lambda p: p.name),
        "channel": sorted(channels().values(), key=lambda p: p.name),
        "helpdesk": sorted(helpdesks().values(), key=lambda p: p.name),
        "model": sorted(models().values(), key=lambda p: p.name),
    }


def _plugin(one: Connection) -> Plugin | None:
    try:
        return plugin_named(one.kind, one.provider)
    except (NotFoundError, BadInputError):
        return None


def hook_url(house: House, one: Connection) -> str:
    """The address a provider posts to; "" where it posts nothing."""
    plugin = _plugin(one)
    if plugin is None or one.kind == "model" or one.provider == CHAT or (isinstance(plugin, Channel) and plugin.read is None):
        return ""
    return f"{house.settings.base_url}/hooks/{one.provider}/{one.hook_token}"


@get("/connections", include_in_schema=False)
async def list_connections(request: AnyRequest) -> Response[str]:
    """List connections with the addresses to give to their providers."""
    house, merchant_id = house_of(request), user_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        rows = await connections.connections(tx, house.directory.sealer, merchant_id)
        troubles = await mailboxes.troubles(tx, merchant_id)
    listed = [(one, plugin.name if (plugin := _plugin(one)) else one.provider, hook_url(house, one)) for one in rows]
    return desk_page(
        request,
        "connections.html",
        listed=listed,
        troubles={key[1]: trouble for key, trouble in troubles.items()},
        plugins=_plugins(),
        kinds=_KINDS,
    )


@get("/connections/new", include_in_schema=False)
async def new_form(request: AnyRequest) -> Response[str]:
    """Show the form for a plug-in's settings."""
    kind, provider = clean_text(request.query_params.get("kind")), clean_text(request.query_params.get("provider"))
    return _form(request, kind, plugin_named(kind, provider), None, {})


@post("/connections/new", status_code=HTTP_200_OK, include_in_schema=False)
async def add(request: AnyRequest) -> Response[Any]:
    """Save a new connection."""
    form = await request.form()
    house, merchant_id = house_of(request), user_of(request).merchant_id
    kind, provider = clean_text(form.get("kind")), clean_text(form.get("provider"))
    plugin = plugin_named(kind, provider)
    given = _given(form, plugin)
    name = clean_text(form.get("name"), 100) or plugin.name
    try:
        wanted = new_connection(merchant_id, kind, provider, name, checked(plugin, given))
    except BadInputError as error:
        return _form(request, kind, plugin, None, _shown(given, plugin), error=str(error), name=name)
    async with house.database.for_merchant(merchant_id) as tx:
        made = await connections.connect(tx, house.directory.sealer, wanted, secret_names(plugin))
        await note(tx, request, "connect", f"{kind} {provider}, connection {made}")
    await house.directory.refresh(house.database, utc_now(), force=True)
    return Redirect(f"/desk/connections/{made}", status_code=303)


@get("/connections/{connection_id:int}", include_in_schema=False)
async def edit_form(request: AnyRequest, connection_id: FromPath[int]) -> Response[str]:
    """Show a connection; its secrets are never shown."""
    one, plugin = await connection_of(request, connection_id)
    return await connection_page(request, one, plugin)


async def connection_page(
    request: AnyRequest, one: Connection, plugin: Plugin, *, error: str = "", done: str = "", tried: Tried | None = None
) -> Response[str]:
    """Show a connection as it is, how it goes, and what was just done with it."""
    house, now = house_of(request), utc_now()
    asking = await asking_shown(house, one, now)
    async with house.database.for_merchant(one.merchant_id) as tx:
        goes = await going.going(tx, one.merchant_id, one.connection_id, now)
        trouble = (await mailboxes.troubles(tx, one.merchant_id)).get((one.merchant_id, one.connection_id))
    shown = Beside(asking=asking, goes=going_shown(one, goes), trouble=trouble, tried=tried, done=done)
    return _form(request, one.kind, plugin, one, _shown(one.settings, plugin), name=one.name, error=error, beside=shown)


@post("/connections/{connection_id:int}", status_code=HTTP_200_OK, include_in_schema=False)
async def change(request: AnyRequest, connection_id: FromPath[int]) -> Response[Any]:
    """Save a connection's name and settings; a secret left empty stays as it is."""
    one, plugin = await connection_of(request, connection_id)
    form = await request.form()
    given = _given(form, plugin)
    kept = {s.name: one.settings[s.name] for s in plugin.settings if s.secret and not given.get(s.name) and s.name in one.settings}
    kept = {name: value for name, value in kept.items() if form.get(f"forget-{name}") != "yes"}
    name = clean_text(form.get("name"), 100) or one.name
    try:
        changed = msgspec.structs.replace(one, name=name, settings=checked(plugin, given | kept))
    except BadInputError as error:
        return _form(request, one.kind, plugin, one, _shown(given, plugin), error=str(error), name=name)
    house = house_of(request)
    async with house.database.for_merchant(one.merchant_id) as tx:
        await connections.change(tx, house.directory.sealer, changed, secret_names(plugin))
        await note(tx, request, "change_connection", f"connection {one.connection_id}")
    await house.directory.refresh(house.database, utc_now(), force=True)
    return Redirect(f"/desk/connections/{one.connection_id}?saved=1", status_code=303)


@post("/connections/{connection_id:int}/state", status_code=HTTP_200_OK, include_in_schema=False)
async def set_state(request: AnyRequest, connection_id: FromPath[int]) -> Response[Any]:
    """Pause or resume a connection."""
    one, _ = await connection_of(request, connection_id)
    resumes = (await request.form()).get("state") == "active"
    house = house_of(request)
    async with house.database.for_merchant(one.merchant_id) as tx:
        if resumes:
            done = await connections.resume(tx, one.merchant_id, one.connection_id)
        else:
            done = await connections.pause(tx, one.merchant_id, one.connection_id, "paused at the desk")
        if done:
            await note(tx, request, "resume" if resumes else "pause", f"connection {one.connection_id}")
    await house.directory.refresh(house.database, utc_now(), force=True)
    return Redirect("/desk/connections", status_code=303)


async def connection_of(request: AnyRequest, connection_id: int) -> tuple[Connection, Plugin]:
    """Read one of the merchant's connections.

    Raises:
        NotFoundError: it has none of this id, or its plug-in is gone.
    """
    house, merchant_id = house_of(request), user_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        one = await connections.one(tx, house.directory.sealer, merchant_id, id_of(connection_id))
    return one, plugin_named(one.kind, one.provider)


def _given(form: FormMultiDict, plugin: Plugin) -> dict[str, str]:
    """Take the declared settings from a form; anything else in it is ignored."""
    found = {}
    for setting in plugin.settings:
        value = form.get(f"set-{setting.name}")
        if isinstance(value, str):
            found[setting.name] = value.encode("utf-8", "ignore").decode().replace("\0", "")[:20_000]
    return found


def _shown(settings: "dict[str, str] | Any", plugin: Plugin) -> dict[str, str]:
    """Leave secrets out."""
    secret = secret_names(plugin)
    return {name: value for name, value in settings.items() if name not in secret}


def _form(
    request: AnyRequest,
    kind: str,
    plugin: Plugin,
    one: Connection | None,
    shown: dict[str, str],
    *,
    error: str = "",
    name: str = "",
    beside: Beside | None = None,
) -> Response[str]:
    house = house_of(request)
    held = {s.name for s in plugin.settings if one and s.secret and one.settings.get(s.name)}
    values: dict[str, Any] = {
        "kind": kind,
        "plugin": plugin,
        "one": one,
        "shown": shown,
        "held": held,
        "name": name or plugin.name,
        "error": error,
        "hook": hook_url(house, one) if one else "",
        "embedding": embedding(house, one),
        "saved": request.query_params.get("saved") == "1",
        "beside": beside or Beside(),
        "can_try": one is not None and can_try(one),
        "tests_itself_on": testing_kind(one) if one else None,
        "rotating": [s for s in plugin.settings if s.rotates and one and one.settings.get(s.name)],
        "held_many": {s.name: one is not None and len(one.settings.get(s.name, "").split()) > 1 for s in plugin.settings if s.rotates},
        "done": _DONE.get(request.query_params.get("done", ""), ""),
        "former_until": one.former_until if one and one.former_until and one.former_until > utc_now() else None,
    }
    return desk_page(request, "connection.html", status=422 if error else 200, **values)
