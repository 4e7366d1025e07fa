"""A refusal → what its page shows: why, and what is possible instead, with links."""

import msgspec

from doorstep.domain.actions.refusals import Refusal
from doorstep.web.track.parcels import web_url
from doorstep.web.track.portal.entering import Visit
from doorstep.web.track.portal.saying import instead_of, refusal_text


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A no as a page shows it."""

    code: str
    why: str
    #: Name and address of what is possible instead.
    instead: tuple[tuple[str, str], ...]


def refused(visit: Visit, refusal: Refusal) -> Refused:
    """Word a no."""
    brand = visit.tenant.brand
    human = web_url(brand.support_url) or (f"mailto:{brand.support_email}" if brand.support_email else None)
    instead = instead_of(refusal, visit.words, visit.base, visit.lang, human)
    shown = () if visit.gift else tuple(dict.fromkeys(instead))
    return Refused(code=refusal.code.value, why=refusal_text(refusal, visit.words), instead=shown)
