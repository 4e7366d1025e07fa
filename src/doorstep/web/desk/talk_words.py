"""One talk at the desk: its words in each language, what they read like, where it leads, its switch."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.conversations.talks.book import Book, Changes, Talk, book_of
from doorstep.conversations.talks.changing import with_words
from doorstep.conversations.talks.showing import every_talk, samples, words_said_by, words_said_everywhere
from doorstep.domain.languages import LANGUAGES, language_of
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError
from doorstep.steps import talk_versions
from doorstep.steps.shop_told import shop_told
from doorstep.steps.talk_saying import spoken
from doorstep.steps.work import utc_now
from doorstep.web.desk import roles
from doorstep.web.desk.doors import framed_page, tenant_of, user_of
from doorstep.web.desk.talk_form import changed_in, fields_of, foreign, part_of, problems_of, typed_in
from doorstep.web.desk.talks import known, may_switch, row_of, saved_text, working
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.rendering import ASKING_CSP

_CHANNELS = {ChannelKind.CHAT: "Chat", ChannelKind.WHATSAPP: "WhatsApp", ChannelKind.SMS: "Text message"}
_NAMES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "it": "Italiano",
    "pt": "Português",
    "hi": "हिन्दी",
}


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown: kept or just typed."""

    #: None: the words that no single talk says.
    talk: Talk | None
    language: str
    #: Key → what stands in the form, where it is not what is kept.
    typed: dict[str, str] = {}
    error: str = ""
    done: str = ""


@get("/talks/words", include_in_schema=False)
async def common_words(request: AnyRequest) -> Response[str]:
    """Show the words that no single talk says."""
    return await _page(request, _Shown(talk=None, language=_language(request), done=saved_text(request)))


@get("/talks/{slug:str}", include_in_schema=False)
async def one_talk(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """Show one talk."""
    return await _page(request, _Shown(talk=known(slug), language=_language(request), done=saved_text(request)))


@post("/talks/words/preview", status_code=HTTP_200_OK, include_in_schema=False)
async def preview_common_words(request: AnyRequest) -> Response[str]:
    """Show what is typed without keeping it."""
    return await _preview(request, None)


@post("/talks/{slug:str}/preview", status_code=HTTP_200_OK, include_in_schema=False)
async def preview_talk(request: AnyRequest, slug: FromPath[str]) -> Response[str]:
    """Show what is typed without keeping it."""
    return await _preview(request, known(slug))


@post("/talks/words", status_code=HTTP_200_OK, include_in_schema=False)
async def save_common_words(request: AnyRequest) -> Response[Any]:
    """Keep words that no single talk says, in the draft."""
    return await _save(request, None)


@post("/talks/{slug:str}/words", status_code=HTTP_200_OK, include_in_schema=False)
async def save_talk_words(request: AnyRequest, slug: FromPath[str]) -> Response[Any]:
    """Keep a talk's words in one language, in the draft."""
    return await _save(request, known(slug))


async def _preview(request: AnyRequest, talk: Talk | None) -> Response[str]:
    form = await request.form()
    typed = typed_in(form, _keys(talk))
    return await _page(request, _Shown(talk=talk, language=_named(form.get("language")), typed=typed))


async def _save(request: AnyRequest, talk: Talk | None) -> Response[Any]:
    user, form = user_of(request), await request.form()
    language, keys = _named(form.get("language")), _keys(talk)
    back = clean_text(form.get("ours"), 80)
    typed = typed_in(form, keys)
    changed = {key: "" for key in keys if part_of(key) == back} if back else changed_in(form, typed)
    if problems_of(language, changed):
        shown = _Shown(talk=talk, language=language, typed=typed, error="Nothing was kept: see what is marked.")
        return await _page(request, shown, status=422)

    def put(kept: Changes) -> Changes:
        if not back and foreign(form, changed, kept.words.get(language, {})):
            raise BadInputError("somebody else changed these words just now; open the page again")
        return with_words(kept, language, changed)

    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        done = await talk_versions.change_draft(tx, user.merchant_id, put, f"user {user.user_id}", utc_now())
    where = talk.slug if talk else "words"
    return Redirect(f"/desk/talks/{where}?language={language}&saved={'draft' if done else 'same'}", status_code=303)


async def _page(request: AnyRequest, shown: _Shown, *, status: int = 200) -> Response[str]:
    tenant, talk, language = tenant_of(request), shown.talk, shown.language
    merchant_id, shop = tenant.merchant.merchant_id, shop_told(tenant)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        live, draft = await working(tx, merchant_id)
    changes = (draft or live).changes
    book = book_of(changes)
    groups = words_said_by(talk) if talk else words_said_everywhere()
    trying = book_of(
        with_words(changes, language, {key: text for key, text in shown.typed.items() if key not in problems_of(language, shown.typed)})
    )
    slug = talk.slug if talk else ""
    values: dict[str, Any] = {
        "row": row_of(book.talks[slug], book) if talk else None,
        "slug": slug,
        "where": slug or "words",
        "language": language,
        "languages": {code: (_NAMES.get(code, code), _own(book, code, groups)) for code in LANGUAGES},
        "groups": {title: fields_of(keys, language, book, shown.typed, slug, shop.zone, shop.brand) for title, keys in groups.items()},
        "cards": _cards(trying, slug, language, shop.zone, shop.brand),
        "offers": _offers(book, slug),
        "draft": draft,
        "live": live,
        "may_switch": may_switch(request),
        "only_switch": roles.only(roles.Need(roles.Group.RULES, roles.Level.CHANGE)),
        "error": shown.error,
        "saved": shown.done,
    }
    return framed_page(request, "talk.html", ASKING_CSP, status, values)


def _keys(talk: Talk | None) -> list[str]:
    return [key for keys in (words_said_by(talk) if talk else words_said_everywhere()).values() for key in keys]


def _own(book: Book, language: str, groups: dict[str, list[str]]) -> int:
    """How many of these words are the merchant's own."""
    own = book.words.get(language, {})
    return sum(key in own for keys in groups.values() for key in keys)


def _cards(book: Book, slug: str, language: str, zone: str, brand: str) -> list[dict[str, Any]]:
    """Make what customers see on each channel, with made-up facts."""
    if not slug:
        return []
    made = samples(book.talks[slug], book, brand)
    return [
        {
            "channel": str(channel),
            "title": title,
            "answers": [(one.title, spoken(one.turned, book, language, zone, channel)) for one in made],
        }
        for channel, title in _CHANNELS.items()
    ]


def _offers(book: Book, slug: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """List every other talk with whether it is offered next: slug, title, ticked."""
    if not slug:
        return []
    chosen = book.talks[slug].next
    return [
        (title, [(one.slug, row_of(one, book).title, one.slug in chosen) for one in talks if one.slug != slug])
        for title, talks in every_talk(book).items()
    ]


def _language(request: AnyRequest) -> str:
    """Read which language is meant; the shop's own unless told."""
    given = clean_text(request.query_params.get("language"), 10)
    return given if given in LANGUAGES else language_of(tenant_of(request).brand.default_locale)


def _named(given: object) -> str:
    language = clean_text(given, 10)
    if language not in LANGUAGES:
        raise BadInputError("there is no such language")
    return language
