"""What the shop says of itself: its articles, a question tried on them, and what customers asked and nothing answers."""

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.conversations.knowledge.articles import Article, Audience
from doorstep.conversations.knowledge.quoting import THRESHOLD, Quoted, excerpt, heading_of
from doorstep.conversations.knowledge.reading import ENDINGS, LONGEST_TITLE, LONGEST_URL, MOST_BYTES, day_of, language_of
from doorstep.errors import BadInputError, DoorstepError, NotFoundError, TryLaterError
from doorstep.steps.importing_knowledge import (
    DESK,
    MOST_PASSAGES,
    Brought,
    Document,
    article_of,
    bring_in,
    fetch_document,
    read_document,
    remove_article,
    write_article,
)
from doorstep.steps.knowing_shop import LONGEST_QUESTION, look
from doorstep.steps.wire import Wire
from doorstep.steps.work import utc_now
from doorstep.store import connections, knowledge, learning, unanswered
from doorstep.store.knowledge import KeptArticle
from doorstep.web.desk import roles
from doorstep.web.desk.doors import desk_page, id_of, tenant_of, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_lines, clean_text
from doorstep.web.look.saying import sentence

#: Articles and questions of the page.
_MOST, _MOST_OPEN = 200, 30
#: Seconds that a page of the shop's has to answer.
_PATIENCE_S = 15.0
#: Languages that the form offers: those of the house.
_LANGUAGES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "it": "Italian", "pt": "Portuguese", "hi": "Hindi"}
_EMPTY: dict[str, Any] = {"title": "", "body": "", "url": "", "valid_until": "", "agents": False, "answers": "", "page": ""}
_DONE = {"written": "Saved. It may be quoted from now on.", "removed": "Removed. It is quoted no more.", "settled": "Off the list."}


@get("/knowledge", include_in_schema=False)
async def list_knowledge(request: AnyRequest) -> Response[str]:
    """List the articles and the open questions; try a question (`?q=`)."""
    tenant = tenant_of(request)
    merchant_id = tenant.merchant.merchant_id
    question, words = clean_text(request.query_params.get("q"), LONGEST_QUESTION), clean_text(request.query_params.get("words"))
    language = _language(request.query_params.get("language", ""))
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        looked = await look(tx, merchant_id, question, language, utc_now()) if question else None
        rows = await knowledge.listed(tx, merchant_id, words, most=_MOST + 1)
        asked = await unanswered.open_questions(tx, merchant_id, _MOST_OPEN)
        passages = await knowledge.passage_count(tx, merchant_id)
    values: dict[str, Any] = {
        "rows": rows[:_MOST],
        "most": _MOST if len(rows) > _MOST else 0,
        "passages": passages,
        "most_passages": MOST_PASSAGES,
        "asked": asked,
        "question": question,
        "language": language,
        "languages": _LANGUAGES,
        "words": words,
        "looked": looked,
        "quoted": looked.answer if looked and isinstance(looked.answer, Quoted) else None,
        "threshold": THRESHOLD,
        "heading_of": heading_of,
        "excerpt": excerpt,
        "today": utc_now().date(),
        "done": _DONE.get(request.query_params.get("done", ""), ""),
    }
    return desk_page(request, "knowledge.html", **values)


@get("/knowledge/new", include_in_schema=False)
async def new_article(request: AnyRequest) -> Response[str]:
    """Show the ways to add something; `?answers=` fills a question in."""
    answers = clean_text(request.query_params.get("answers"), 19)
    typed: dict[str, Any] = {}
    if answers.isdecimal() and roles.may_see(user_of(request).role, "/desk/conversations"):
        row = await _question(request, int(answers))
        typed = {"title": row["question"], "language": row["language"][:2], "answers": answers}
    proposes = clean_text(request.query_params.get("proposes"), 19)
    if proposes.isdecimal() and roles.may_see(user_of(request).role, "/desk/learning"):
        typed = await _proposed(request, int(proposes))
    return _new(request, typed)


async def _proposed(request: AnyRequest, proposal_id: int) -> dict[str, Any]:
    """Fill in what was proposed from what customers asked and a colleague answered."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        one = await learning.one(tx, merchant_id, id_of(proposal_id))
    if one is None:
        raise NotFoundError("there is no such proposal")
    return {"title": one.change.title, "body": one.change.draft, "language": one.change.language}


@post("/knowledge/new", status_code=HTTP_200_OK, include_in_schema=False)
async def write_new(request: AnyRequest) -> Response[Any]:
    """Keep an article that was written here; a question that it answers is off the list."""
    form, user, now = await request.form(), user_of(request), utc_now()
    house = house_of(request)
    answers = clean_text(form.get("answers"), 19)
    try:
        await write_article(house.database, user.merchant_id, _typed_article(form), _who(request), now)
    except BadInputError as error:
        return _new(request, _typed(form) | {"answers": answers}, error=f"{sentence(error)}.")
    if answers.isdecimal():
        async with house.database.for_merchant(user.merchant_id) as tx:
            await unanswered.settle(tx, user.merchant_id, id_of(int(answers)), _who(request), now)
    return Redirect("/desk/knowledge?done=written", status_code=303)


@post("/knowledge/upload", status_code=HTTP_200_OK, include_in_schema=False)
async def upload_knowledge(request: AnyRequest) -> Response[Any]:
    """Bring a file in; the same name again replaces what it was."""
    form = await request.form()
    file = form.get("file")
    name = clean_text(file.filename) if isinstance(file, UploadFile) else ""
    content = await file.read(MOST_BYTES + 1) if isinstance(file, UploadFile) else b""
    if not content or not name:
        return _new(request, {}, file_error="Choose a file that holds something.")
    try:
        document = read_document(content, name, language=_language(form.get("language")))
        return _new(request, {}, brought=await _bring(request, document))
    except BadInputError as error:
        return _new(request, {}, file_error=f"{sentence(error)}.")


@post("/knowledge/fetch", status_code=HTTP_200_OK, include_in_schema=False)
async def fetch_knowledge(request: AnyRequest) -> Response[Any]:
    """Bring in a page of the shop's; fetched again it replaces what it was."""
    form = await request.form()
    url, language = clean_text(form.get("url"), LONGEST_URL), _language(form.get("language"))
    merchant_id = user_of(request).merchant_id
    try:
        async with Wire(allow_private=house_of(request).settings.allow_private, read_timeout_s=_PATIENCE_S) as wire:
            document = await fetch_document(wire, merchant_id, url, language=language)
        return _new(request, {}, brought=await _bring(request, document))
    except DoorstepError as error:
        if isinstance(error, TryLaterError) and "database" in str(error):
            raise
        return _new(request, {"page": url}, url_error=f"{sentence(error)}.")


@get("/knowledge/{article_id:int}", include_in_schema=False)
async def edit_article(request: AnyRequest, article_id: FromPath[int]) -> Response[str]:
    """Show an article as it may be changed, and how it is cut."""
    return await _edit(request, id_of(article_id))


@post("/knowledge/{article_id:int}", status_code=HTTP_200_OK, include_in_schema=False)
async def change_article(request: AnyRequest, article_id: FromPath[int]) -> Response[Any]:
    """Keep what the form says over what the article said."""
    form, number = await request.form(), id_of(article_id)
    try:
        await write_article(
            house_of(request).database, user_of(request).merchant_id, _typed_article(form), _who(request), utc_now(), article_id=number
        )
    except BadInputError as error:
        return await _edit(request, number, typed=_typed(form), error=f"{sentence(error)}.")
    return Redirect("/desk/knowledge?done=written", status_code=303)


@post("/knowledge/{article_id:int}/remove", status_code=HTTP_200_OK, include_in_schema=False)
async def remove_knowledge(request: AnyRequest, article_id: FromPath[int]) -> Response[Any]:
    """Take an article away."""
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        await remove_article(tx, merchant_id, id_of(article_id), _who(request))
    return Redirect("/desk/knowledge?done=removed", status_code=303)


@post("/knowledge/unanswered/{unanswered_id:int}/settle", status_code=HTTP_200_OK, include_in_schema=False)
async def settle_question(request: AnyRequest, unanswered_id: FromPath[int]) -> Response[Any]:
    """Take a question off the list without an answer."""
    row = await _question(request, id_of(unanswered_id))
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        await unanswered.settle(tx, merchant_id, unanswered_id, _who(request), utc_now())
        await connections.audit(tx, merchant_id, _who(request), "question settled", row["question"])
    return Redirect("/desk/knowledge?done=settled", status_code=303)


async def _question(request: AnyRequest, unanswered_id: int) -> Any:
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        row = await unanswered.read(tx, merchant_id, id_of(unanswered_id))
    if row is None:
        raise NotFoundError("there is no such question")
    return row


async def _bring(request: AnyRequest, document: Document) -> Brought:
    return await bring_in(house_of(request).database, user_of(request).merchant_id, [document], _who(request), utc_now())


async def _edit(request: AnyRequest, article_id: int, typed: dict[str, Any] | None = None, error: str = "") -> Response[str]:
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        article = await knowledge.read(tx, merchant_id, article_id)
        passages = await knowledge.passages_of(tx, merchant_id, article_id)
    if article is None:
        raise NotFoundError("there is no such article")
    values: dict[str, Any] = {
        "article": article,
        "shown": typed or _kept(article),
        "passages": passages,
        "languages": _LANGUAGES,
        "written_here": article.origin == DESK,
        "longest_title": LONGEST_TITLE,
        "error": error,
    }
    return desk_page(request, "knowledge_article.html", status=422 if error else 200, **values)


def _new(
    request: AnyRequest,
    typed: dict[str, Any],
    *,
    error: str = "",
    file_error: str = "",
    url_error: str = "",
    brought: Brought | None = None,
) -> Response[str]:
    wrong, language = error or file_error or url_error, tenant_of(request).brand.default_locale[:2]
    values: dict[str, Any] = {
        "shown": _EMPTY | {"language": language} | typed,
        "languages": _LANGUAGES,
        "endings": ",".join(ENDINGS),
        "longest_title": LONGEST_TITLE,
        "error": error,
        "file_error": file_error,
        "url_error": url_error,
        "brought": brought,
        "default": language,
    }
    return desk_page(request, "knowledge_new.html", status=422 if wrong else 200, **values)


def _typed(form: FormMultiDict) -> dict[str, Any]:
    """Give a refused form back as it was filled in."""
    return {
        "title": clean_text(form.get("title"), LONGEST_TITLE),
        "body": clean_lines(form.get("body"), MOST_BYTES),
        "language": clean_text(form.get("language"), 35),
        "url": clean_text(form.get("url"), LONGEST_URL),
        "valid_until": clean_text(form.get("valid_until"), 10),
        "agents": form.get("agents") == "yes",
    }


def _typed_article(form: FormMultiDict) -> Article:
    typed = _typed(form)
    if not typed["title"]:
        raise BadInputError("give it a title, such as the question it answers")
    if not typed["body"]:
        raise BadInputError("write what customers are to be told")
    until = day_of(typed["valid_until"])
    return article_of(
        typed["title"], typed["body"], language=language_of(typed["language"]), url=typed["url"], until=until, agents=typed["agents"]
    )


def _kept(article: KeptArticle) -> dict[str, Any]:
    return {
        "title": article.title,
        "body": article.body,
        "language": article.language,
        "url": article.url,
        "valid_until": article.valid_until.isoformat() if article.valid_until else "",
        "agents": article.audience == Audience.AGENTS,
    }


def _language(text: object) -> str:
    try:
        return language_of(clean_text(text, 35))
    except BadInputError:
        return ""


def _who(request: AnyRequest) -> str:
    return f"user {user_of(request).user_id}"
