"""The brand's form → a merchant's name, looks and addresses, proved to be readable before they are kept."""

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.languages import language_of
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError
from doorstep.messages import TONES, Library, context_of, facts_for
from doorstep.store import desk
from doorstep.store.connections import Merchant
from doorstep.web.desk.doors import desk_page, user_of
from doorstep.web.desk.merchants import change, merchant_of
from doorstep.web.desk.roles import may_see
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.brand import DEFAULTS, FONTS, ROUNDEST
from doorstep.web.look.colours import read_colour, write_colour
from doorstep.web.track.words import languages

_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,255}")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{3,30}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
#: Source: 3GPP TS 23.040, 9.1.2.5 (an alphanumeric address holds 11 characters), read 2026-11-22.


class Field(msgspec.Struct, frozen=True):
    """One line of text of the form."""

    name: str
    label: str
    #: Type of the input.
    kind: str
    hint: str = ""


_FACTS = (
    Field("logo_url", "Logo", "url", "The address of a picture, at most 200 by 40 pixels are shown; without one your name stands there"),
    Field("shop_url", "Shop", "url", "Behind the logo, and at the foot of pages"),
    Field("support_email", "E-mail for questions", "email", "Replies to messages go there too"),
    Field("support_phone", "Telephone for questions", "tel"),
    Field("support_url", "Help page", "url"),
    Field("address", "Postal address, in one line", "text", "At the foot of pages and messages; the law asks for it in marketing mail"),
    Field("default_locale", "Language where an order names none", "text", f"{', '.join(languages())}, or with a region such as es-MX"),
)
_COLOURS = (
    ("colour", "Brand colour", "buttons, progress, links"),
    ("colour_on", "Writing on it", "inside buttons"),
    ("background", "Behind the cards", ""),
    ("surface", "Cards", ""),
    ("ink", "Text", ""),
    ("ink_soft", "Text that steps back", "places, hints"),
    ("line", "Lines", "borders, the way still to come"),
    ("good", "Good news", "delivered"),
    ("warn", "Warnings", "late, returns"),
    ("bad", "Problems", "something to do"),
)

#: What stands where nothing is kept.
_USUAL = {**DEFAULTS, "default_locale": "en", "tone": "plain"}
#: Tone → what it is, and how it is called.
_TONES = {"plain": "Plain: the facts first, in few words", "warm": "Warm: as a friendly shop assistant would say it"}
#: The message that the form shows in each tone.
_EXAMPLE = "out_for_delivery"


@get("/brand", include_in_schema=False)
async def brand_form(request: AnyRequest) -> Response[str]:
    """Show the brand as it is."""
    return await _form(request, await merchant_of(request))


@post("/brand", status_code=HTTP_200_OK, include_in_schema=False)
async def save_brand(request: AnyRequest) -> Response[Any]:
    """Save the brand; what is left empty or as it was meant to be goes back to the default."""
    form = await request.form()
    try:
        await change(request, lambda kept: _checked(_with(kept, form)), "change_brand")
    except BadInputError as error:
        return await _form(request, _with(await merchant_of(request), form), error=str(error))
    return Redirect("/desk/brand?saved=1", status_code=303)


def _with(kept: Merchant, form: FormMultiDict) -> Merchant:
    """Put the form's texts over what is kept; what the form does not hold stays as it is."""
    brand = dict(kept.brand)
    for name in (*(field.name for field in _FACTS), *DEFAULTS, "tone"):
        if name not in form:
            continue
        text = clean_text(form.get(name), 500)
        default = _USUAL.get(name, "")
        if text in {"", default} or (read_colour(default) and read_colour(text) == read_colour(default)):
            brand.pop(name, None)
        else:
            brand[name] = text
    return msgspec.structs.replace(kept, name=clean_text(form.get("name"), 100), brand=brand)


def _checked(merchant: Merchant) -> Merchant:
    """Return a merchant whose brand can be shown and used.

    Raises:
        BadInputError: it says which field, and what it takes.
    """
    brand = merchant.brand
    if not merchant.name:
        raise BadInputError("Name: a brand needs one.")
    for field in _FACTS:
        text = str(brand.get(field.name, ""))
        if text and not _fits(field, text):
            raise BadInputError(f"{field.label}: write {_TAKES[field.name if field.name in _TAKES else field.kind]}.")
    for name, label, _ in _COLOURS:
        if name in brand and read_colour(brand[name]) is None:
            raise BadInputError(f"{label}: a colour is written #rgb or #rrggbb.")
    radius = str(brand.get("radius", "0"))
    if not (radius.isascii() and radius.isdigit() and int(radius[:4]) <= ROUNDEST):
        raise BadInputError(f"Round corners: a whole number of pixels, 0 to {ROUNDEST}.")
    if brand.get("font", "system") not in FONTS:
        raise BadInputError(f"Typeface: one of {', '.join(FONTS)}.")
    if brand.get("tone", "plain") not in TONES:
        raise BadInputError(f"Tone: one of {', '.join(TONES)}.")
    return merchant


_TAKES = {
    "url": "an address that begins with https:// or http://",
    "email": "an e-mail address such as help@shop.example",
    "tel": "a telephone number such as +34 910 000 000",
    "default_locale": f"a language we have ({', '.join(languages())}), or one with a region such as es-MX",
    "text": "at most 500 characters",
}


def _fits(field: Field, text: str) -> bool:
    if field.name == "default_locale":
        return _LOCALE.fullmatch(text) is not None and text.partition("-")[0].lower() in languages()
    if field.kind == "url":
        return _is_web(text)
    patterns = {"email": _EMAIL, "tel": _PHONE}
    return field.kind not in patterns or patterns[field.kind].fullmatch(text) is not None


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname) and " " not in text


def _said(merchant: Merchant, locale: str) -> dict[str, str]:
    """Say the same message in every tone, in the merchant's language and name."""
    facts = facts_for(_EXAMPLE, language_of(locale))
    facts = msgspec.structs.replace(facts, brand=msgspec.structs.replace(facts.brand, name=merchant.name))
    context = context_of(facts)
    return {tone: Library.of(tone=tone).render(_EXAMPLE, ChannelKind.CHAT, facts.locale, context).text for tone in TONES}


async def _form(request: AnyRequest, merchant: Merchant, *, error: str = "") -> Response[str]:
    async with house_of(request).database.for_merchant(merchant.merchant_id) as tx:
        newest = await desk.shipments(tx, merchant.merchant_id, most=1)
    shown = {name: str(merchant.brand.get(name, _USUAL.get(name, ""))) for name in (*(f.name for f in _FACTS), *DEFAULTS, "tone")}
    for name, _, _ in _COLOURS:  # the browser's own picker knows six figures only
        shown[name] = write_colour(read_colour(shown[name]) or read_colour(DEFAULTS[name]) or (0, 0, 0))
    values = {
        "shown": shown,
        "name": merchant.name,
        "facts": _FACTS,
        "colours": _COLOURS,
        "fonts": FONTS,
        "roundest": ROUNDEST,
        "tones": _TONES,
        "said": _said(merchant, shown["default_locale"]),
        "preview": f"/t/{newest[0]['token']}" if newest and may_see(user_of(request).role, "/desk/shipments") else "",
        "find": f"/find/{merchant.slug}",
        "error": error,
        "saved": request.query_params.get("saved") == "1",
    }
    return desk_page(request, "brand.html", status=422 if error else 200, **values)
