"""The chat's script, and how the chat of a merchant looks and what it says by itself."""

import hashlib
from functools import cache
from importlib.resources import files

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from doorstep.domain.languages import language_of
from doorstep.domain.messages import Choice
from doorstep.steps.directory import Tenant
from doorstep.steps.talk_saying import starts
from doorstep.store.connections import Connection
from doorstep.web.chat.crossing import chat_of
from doorstep.web.chat.doors import AnyRequest
from doorstep.web.chat.words import words
from doorstep.web.house import house_of
from doorstep.web.look.asking import clean_text
from doorstep.web.look.brand import DEFAULTS
from doorstep.web.look.colours import read_colour, readable, write_colour
from doorstep.web.track.serving import open_answer

_JSON = "application/json"


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a page needs before anybody opens the chat."""

    brand: str
    #: Language of the words.
    lang: str
    #: "#rrggbb": of the launcher and the visitor's own lines, and of what is written on it.
    colour: str
    on: str
    words: dict[str, str]
    #: Said first: that it is an assistant, then the merchant's greeting.
    lines: tuple[str, ...]
    #: What may be chosen before a first word.
    starts: tuple[Choice, ...]


@cache
def script() -> tuple[bytes, str]:
    """Read the script and name its version."""
    content = (files(__package__) / "assets" / "chat.js").read_bytes()
    return content, hashlib.blake2b(content, digest_size=8).hexdigest()


@get("/chat.js", sync_to_thread=False, include_in_schema=False, opt={"public": True})
def chat_script(request: AnyRequest) -> Response[bytes]:
    """Serve the one script that a shop's page embeds; browsers ask again after an hour."""
    content, version = script()
    headers = {"etag": f'"{version}"', "cross-origin-resource-policy": "cross-origin"}
    if request.headers.get("if-none-match") == headers["etag"]:
        content = b""
    answer = open_answer(content, "text/javascript; charset=utf-8", headers=headers)
    if not content:
        answer.status_code = 304
    return answer


@get("/look", include_in_schema=False, opt={"public": True})
async def look(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
    """Tell how the chat looks and speaks in the page's language; nothing is kept of who asks."""
    tenant, connection = await chat_of(house_of(request), key)
    asked = clean_text(request.query_params.get("lang"), 20) or tenant.brand.default_locale
    return Response(
        msgspec.json.encode(look_of(tenant, connection, asked)),
        media_type=_JSON,
        headers={"cache-control": "private, max-age=300", "x-content-type-options": "nosniff"},
    )


def look_of(tenant: Tenant, connection: Connection, language: str) -> Look:
    """Put a merchant's colours and words together."""
    said = words(language, tenant.brand.name)
    ground = read_colour(tenant.brand.colour) or read_colour(DEFAULTS["colour"]) or (0, 0, 0)
    ink = readable(read_colour(tenant.brand.colour_on) or (255, 255, 255), ground)
    greeting = connection.settings.get("greeting", "").strip()[:500]
    return Look(
        brand=tenant.brand.name,
        lang=language_of(language),
        colour=write_colour(ground),
        on=write_colour(ink),
        words=said,
        starts=starts(tenant.book, language_of(language)),
        lines=(said["disclosure"], *([greeting] if greeting else [])),
    )
