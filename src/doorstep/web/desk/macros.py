"""Answers that agents use again and again → listed, written in the customers' languages, removed."""

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.conversations.handing.macros import HOLES, Macro, check_text
from doorstep.domain.languages import LANGUAGES
from doorstep.domain.talking.inbox import MacroAct
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.saying import LONGEST
from doorstep.store import macros
from doorstep.web.desk.doors import desk_page, id_of, note, tenant_of, user_of
from doorstep.web.desk.inbox_offers import macros_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_lines, clean_text
from doorstep.web.look.saying import sentence

_LONGEST_NAME = 80
#: What a macro may do beside, as the form offers it; one that moves names its queue.
_ACTS = {MacroAct.CLOSE: "Close", MacroAct.SNOOZE: "Snooze until tomorrow"}
_DONE = {"saved": "Saved.", "dropped": "Removed."}


@get("/macros", include_in_schema=False)
async def list_macros(request: AnyRequest) -> Response[str]:
    """List them, with a form for a new one or the one that `?edit=` names."""
    return await _page(request)


@post("/macros", status_code=HTTP_200_OK, include_in_schema=False)
async def add_macro(request: AnyRequest) -> Response[Any]:
    """Add one."""
    return await _save(request, None)


@post("/macros/{macro_id:int}", status_code=HTTP_200_OK, include_in_schema=False)
async def change_macro(request: AnyRequest, macro_id: FromPath[int]) -> Response[Any]:
    """Change one."""
    return await _save(request, id_of(macro_id))


@post("/macros/{macro_id:int}/drop", status_code=HTTP_200_OK, include_in_schema=False)
async def drop_macro(request: AnyRequest, macro_id: FromPath[int]) -> Redirect:
    """Remove one."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        if not await macros.drop(tx, merchant_id, id_of(macro_id)):
            raise NotFoundError("there is no such macro")
        await note(tx, request, "remove_macro", f"macro {macro_id}")
    return Redirect("/desk/macros?done=dropped", status_code=303)


async def _save(request: AnyRequest, macro_id: int | None) -> Response[Any]:
    form, merchant_id = await request.form(), user_of(request).merchant_id
    wanted = _typed(form, macro_id or 0)
    try:
        _check(wanted)
        async with house_of(request).database.for_merchant(merchant_id) as tx:
            of = (wanted.name, wanted.texts, wanted.act, wanted.queue)
            if macro_id is None:
                macro_id = await macros.add(tx, merchant_id, *of)
                await note(tx, request, "add_macro", f"macro {macro_id}")
            elif await macros.write(tx, merchant_id, macro_id, *of):
                await note(tx, request, "change_macro", f"macro {macro_id}")
            else:
                macro_id = 0
    except (BadInputError, ConflictError) as error:
        return await _page(request, typed=wanted, error=f"{sentence(error)}.")
    if not macro_id:
        raise NotFoundError("there is no such macro")
    return Redirect("/desk/macros?done=saved", status_code=303)


def _typed(form: FormMultiDict, macro_id: int) -> Macro:
    texts = {language: text for language in LANGUAGES if (text := clean_lines(form.get(f"text-{language}"), LONGEST))}
    act = clean_text(form.get("act"), 20)
    return Macro(
        macro_id=macro_id,
        name=clean_text(form.get("name"), _LONGEST_NAME),
        texts=texts,
        act=MacroAct(act) if act in _ACTS else None,
    )


def _check(wanted: Macro) -> None:
    """Check what was filled in.

    Raises:
        BadInputError: it has no name or no text, or a hole that nothing fills.
    """
    if not wanted.name or not wanted.texts:
        raise BadInputError("give it a name, and a text in at least one language")
    for text in wanted.texts.values():
        check_text(text)


async def _page(request: AnyRequest, *, typed: Macro | None = None, error: str = "") -> Response[str]:
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = macros_of(await macros.every(tx, merchant_id))
    edited = request.query_params.get("edit", "")
    chosen = typed or next((one for one in rows if str(one.macro_id) == edited), None)
    default = tenant_of(request).brand.default_locale.partition("-")[0]
    values: dict[str, Any] = {
        "rows": rows,
        "chosen": chosen,
        "languages": sorted(LANGUAGES, key=lambda one: (one != default, one not in (chosen.texts if chosen else ()), LANGUAGES.index(one))),
        "acts": _ACTS,
        "holes": HOLES,
        "longest": LONGEST,
        "longest_name": _LONGEST_NAME,
        "error": error,
        "done": _DONE.get(request.query_params.get("done", ""), ""),
    }
    return desk_page(request, "macros.html", status=422 if error else 200, **values)
