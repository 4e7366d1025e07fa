"""A request and a merchant → the frame around every customer page: brand, language, headers; and pages for what goes wrong."""

from typing import Any

import structlog
from litestar import Response
from litestar.types import ExceptionHandlersMap

from doorstep.errors import NotFoundError, TryLaterError
from doorstep.insights.publishing import WELL_KNOWN
from doorstep.steps.directory import Tenant
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.brand import Dressed
from doorstep.web.look.rendering import page
from doorstep.web.look.serving import brand_url
from doorstep.web.track.parcels import web_url
from doorstep.web.track.published_at import is_published
from doorstep.web.track.words import Words, language_names, words_for

_LOG = structlog.get_logger()
#: No merchant can have this slug, so it stands for none.
_NOBODY = Dressed(slug="-", name="", logo_url=None, shop_url=None, css_url="/look/brand/-.css")


def dress(tenant: Tenant) -> Dressed:
    """Take from a merchant what a page's frame needs."""
    brand = tenant.brand
    return Dressed(
        slug=tenant.merchant.slug,
        name=brand.name,
        logo_url=web_url(brand.logo_url),
        shop_url=web_url(brand.shop_url),
        css_url=brand_url(tenant.merchant.slug, tenant.merchant.brand),
        support_email=brand.support_email,
        support_phone=brand.support_phone,
        support_url=web_url(brand.support_url),
        address=brand.address,
        figures_url=f"{WELL_KNOWN}/{tenant.merchant.slug}" if is_published(tenant.merchant) else None,
    )


def words_of(request: AnyRequest, *otherwise: str | None) -> Words:
    """Choose the page's language: what the address asks for (?lang=), else the first of `otherwise` that we have."""
    return words_for(clean_text(request.query_params.get("lang"), 20), *otherwise)


def asked_languages(request: AnyRequest) -> list[str]:
    """The browser's languages, most wished for first."""
    wished: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "")[:200].split(","):
        tag, _, weight = part.partition(";q=")
        try:
            wished.append((-float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(wished, key=lambda one: one[0])]


def framed(
    template: str, words: Words, brand: Dressed | None, *, status: int = 200, referrer: str = "no-referrer", **values: Any
) -> Response[str]:
    """Answer with a customer page."""
    frame: dict[str, Any] = {"live": False, "push": None, "languages": language_names(), **values}
    return page(template, status=status, referrer=referrer, t=words, brand=brand or _NOBODY, **frame)


def _missing(request: AnyRequest, _: NotFoundError) -> Response[str]:
    return framed("track/sorry.html", words_of(request, *asked_languages(request)), None, status=404, what="missing")


def _busy(request: AnyRequest, _: TryLaterError) -> Response[str]:
    answer = framed("track/sorry.html", words_of(request, *asked_languages(request)), None, status=503, what="busy")
    answer.headers["retry-after"] = "30"
    return answer


def _failed(request: AnyRequest, error: Exception) -> Response[str]:
    _LOG.exception("page_failed", route=", ".join(sorted(request.route_handler.paths)), exc_info=error)
    return framed("track/sorry.html", words_of(request, *asked_languages(request)), None, status=500, what="busy")


ERRORS: ExceptionHandlersMap = {NotFoundError: _missing, TryLaterError: _busy, Exception: _failed}
