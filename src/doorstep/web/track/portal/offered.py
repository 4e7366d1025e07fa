"""An order → the part of its page that says what its customer can do, and what was asked for so far."""

import hashlib

import msgspec

from doorstep.actions.offering import Offers
from doorstep.domain.actions.kinds import ActionKind
from doorstep.web.track.portal.entering import Visit
from doorstep.web.track.portal.followed import CaseListed, listed
from doorstep.web.track.portal.saying import day


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a customer can do."""

    url: str
    name: str
    hint: str


class Portal(msgspec.Struct, frozen=True, kw_only=True):
    """What the order's page says of the portal."""

    links: tuple[Link, ...]
    cases: tuple[CaseListed, ...]
    #: Claims may be made: nothing else on the page needs to ask what is wrong.
    claims: bool
    #: Changes when a request does.
    version: str


def portal_of(visit: Visit) -> Portal:
    """Put the part together."""
    cases = listed(visit)
    seen = "|".join(f"{one.url} {one.state}" for one in cases)
    claims = bool(visit.gist.claimable)
    return Portal(
        links=_links(visit, visit.gist), cases=cases, claims=claims, version=hashlib.blake2b(seen.encode(), digest_size=4).hexdigest()
    )


def _links(visit: Visit, offers: Offers) -> tuple[Link, ...]:
    t = visit.words
    found: list[Link] = []

    def add(path: str, name: str, hint: str) -> None:
        found.append(Link(url=visit.link(path), name=name, hint=hint))

    if offers.returnable:
        days = [one.last_on for one in offers.returnable]
        known = [one for one in days if one is not None]
        until = t("portal.return_until", day=day(max(known), t)) if known and len(known) == len(days) else ""
        add("/return", t("portal.return"), until)
    if offers.claimable:
        add("/claim", t("portal.claim"), t("portal.claim_hint"))
    if any(one.refusal is None for one in offers.delivery):
        add("/delivery", t("portal.delivery"), t("portal.delivery_hint"))
    changes = [one.kind for one in offers.changes if one.refusal is None]
    if changes == [ActionKind.ASK_INVOICE]:
        add("/change", t("change.ask_invoice"), "")
    elif changes:
        add("/change", t("portal.change"), t("portal.change_hint"))
    if offers.returnable:
        add("/gift", t("portal.gift"), t("portal.gift_hint"))
    return tuple(found)
