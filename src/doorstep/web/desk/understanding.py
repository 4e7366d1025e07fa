"""What customers' words are taken to mean, at the desk: intents, the shop's own phrases, drafts that are judged before they go live."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.talking.intents import MEANINGS
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps import teaching
from doorstep.steps.work import utc_now
from doorstep.store import intent_models
from doorstep.web.desk.doors import desk_page, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_lines, clean_text
from doorstep.web.look.saying import sentence

_LONGEST_TRIED, _LONGEST_FILE = 600, 200_000
#: A number of a version is a PostgreSQL int.
_MOST_VERSION = 2**31 - 1
#: Phrases of one label that are listed.
_LISTED = 200
_SAVED = {
    "phrases": "The phrases are kept. They count once a model is trained on them and put live.",
    "dropped": "The phrase is forgotten. Models that were trained with it stay as they are.",
    "live": "From now on messages are understood with it.",
}


@get("/understanding", include_in_schema=False)
async def understanding_page(request: AnyRequest) -> Response[str]:
    """List intents, phrases of the shop and versions; try a sentence."""
    return await _page(request)


async def _page(request: AnyRequest, *, error: str = "", typed: str = "") -> Response[str]:
    merchant_id = user_of(request).merchant_id
    tried = clean_text(request.query_params.get("try"), _LONGEST_TRIED)
    label = clean_text(request.query_params.get("label"), 60)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        counts = await intent_models.counts(tx, merchant_id)
        phrases = [one for one in await intent_models.utterances(tx, merchant_id, teaching.MOST_PHRASES) if one.label == label]
        versions = await teaching.versions(tx, merchant_id)
        live = next((one.kept.version for one in versions if one.kept.state == "live"), 0)
        understood = await teaching.read_with(tx, merchant_id, live, tried) if tried else None
    ours = {intent.value: meaning for intent, meaning in MEANINGS.items()}
    values: dict[str, Any] = {
        "intents": ours,
        "own": sorted(set(counts) - set(ours)),
        "counts": counts,
        "total": sum(counts.values()),
        "label": label,
        "phrases": phrases[:_LISTED],
        "versions": versions,
        "live": live,
        "tried": tried,
        "understood": understood,
        "saved": _SAVED.get(request.query_params.get("saved", ""), ""),
        "error": error,
        "typed": typed,
    }
    return desk_page(request, "understanding.html", status=422 if error else 200, **values)


@post("/understanding/phrases", status_code=HTTP_200_OK, include_in_schema=False)
async def add_phrases(request: AnyRequest) -> Response[Any]:
    """Keep phrases: one label for all lines, or lines of CSV that each name one."""
    user, form = user_of(request), await request.form()
    typed = clean_lines(form.get("phrases"), _LONGEST_FILE)
    label = clean_text(form.get("label"), 60)
    try:
        said = teaching.read_lines(typed, label) if label else teaching.read_phrases(typed)
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            await teaching.add(tx, user.merchant_id, said, "desk" if label else "file", f"user {user.user_id}", utc_now())
    except BadInputError as error:
        return await _page(request, error=f"{sentence(error)}.", typed=typed)
    return Redirect("/desk/understanding?saved=phrases", status_code=303)


@post("/understanding/drop", status_code=HTTP_200_OK, include_in_schema=False)
async def drop_phrase(request: AnyRequest) -> Response[Any]:
    """Forget a phrase."""
    user, form = user_of(request), await request.form()
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        if not await intent_models.drop(tx, user.merchant_id, clean_text(form.get("text"), _LONGEST_TRIED)):
            raise NotFoundError("there is no such phrase, or not any more")
    return Redirect("/desk/understanding?saved=dropped", status_code=303)


@post("/understanding/train", status_code=HTTP_200_OK, include_in_schema=False)
async def train_draft(request: AnyRequest) -> Response[Any]:
    """Train a draft on all phrases, and show how it does."""
    user = user_of(request)
    try:
        number = await teaching.train(house_of(request).database, user.merchant_id, f"user {user.user_id}", utc_now())
    except BadInputError as error:
        return await _page(request, error=f"{sentence(error)}.")
    return Redirect(f"/desk/understanding/{number}", status_code=303)


@get("/understanding/{number:int}", include_in_schema=False)
async def model_version(request: AnyRequest, number: FromPath[int]) -> Response[str]:
    """Show how a version does beside the built-in model, and what both take differently."""
    merchant_id = user_of(request).merchant_id
    tried = clean_text(request.query_params.get("try"), _LONGEST_TRIED)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        this = await teaching.version(tx, merchant_id, _number(number))
        before = await teaching.read_with(tx, merchant_id, 0, tried) if tried else None
        after = await teaching.read_with(tx, merchant_id, number, tried) if tried else None
    values: dict[str, Any] = {"this": this, "tried": tried, "before": before, "after": after}
    return desk_page(request, "understanding_version.html", **values)


@post("/understanding/{number:int}/live", status_code=HTTP_200_OK, include_in_schema=False)
async def put_model_live(request: AnyRequest, number: FromPath[int]) -> Response[Any]:
    """Let messages be understood with a version from now on; 0 is the built-in model."""
    user = user_of(request)
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        await teaching.put_live(tx, user.merchant_id, _number(number), f"user {user.user_id}", utc_now())
    return Redirect("/desk/understanding?saved=live", status_code=303)


def _number(number: int) -> int:
    if not 0 <= number <= _MOST_VERSION:
        raise NotFoundError("there is no such version")
    return number
