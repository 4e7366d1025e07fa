"""Files of the look and brands' stylesheets → addresses that change with the content, so that they may be kept for ever."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from doorstep.steps.work import utc_now
from doorstep.web.house import house_of
from doorstep.web.look.brand import brand_css, brand_version

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=60"


@cache
def assets() -> dict[str, tuple[bytes, str]]:
    """All files of the look by name: (content, version)."""
    folder = files(__package__) / "assets"
    found = {}
    for entry in folder.iterdir():
        if entry.name.rpartition(".")[2] in _TYPES:
            content = entry.read_bytes()
            found[entry.name] = (content, hashlib.blake2b(content, digest_size=4).hexdigest())
    return found


def asset_url(name: str) -> str:
    """The address of a file of the look: "page.css" → "/look/page.1f2e3d4c.css"."""
    stem, _, ending = name.rpartition(".")
    return f"/look/{stem}.{assets()[name][1]}.{ending}"


def brand_url(slug: str, brand: dict[str, Any]) -> str:
    """The address of a brand's stylesheet."""
    return f"/look/brand/{slug}.css?v={brand_version(brand)}"


@get("/look/{name:str}", sync_to_thread=False, include_in_schema=False, opt={"public": True})
def look_file(name: FromPath[str]) -> Response[bytes]:
    """Serve a file of the look; an older version's address gets today's content, kept only briefly."""
    stem, _, ending = name.rpartition(".")
    bare, _, version = stem.rpartition(".")
    kept = assets().get(f"{bare}.{ending}") or assets().get(name)
    if kept is None:
        return Response(b"not found", status_code=404, media_type="text/plain")
    content, current = kept
    return _file(content, _TYPES[ending], _FOR_EVER if version == current else _BRIEFLY)


@get("/look/brand/{name:str}", include_in_schema=False, opt={"public": True})
async def brand_stylesheet(request: Request[Any, Any, State], name: FromPath[str]) -> Response[bytes]:
    """Serve a merchant's dozen variables; an unknown merchant gets the defaults, so that nobody learns who is a merchant here."""
    house = house_of(request)
    await house.directory.refresh(house.database, utc_now())
    slug = name.removesuffix(".css")
    tenant = next((t for t in house.directory.tenants() if t.merchant.slug == slug), None)
    brand = tenant.merchant.brand if tenant else {}
    current = request.query_params.get("v") == brand_version(brand)
    return _file(brand_css(brand).encode(), _TYPES["css"], _FOR_EVER if current else _BRIEFLY)


def _file(content: bytes, media_type: str, caching: str) -> Response[bytes]:
    headers = {"cache-control": caching, "x-content-type-options": "nosniff", "cross-origin-resource-policy": "cross-origin"}
    return Response(content, media_type=media_type, headers=headers)
