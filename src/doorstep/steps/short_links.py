"""A text message's links → short ones, kept with it; a short one that is followed → where it leads."""

import secrets
from datetime import datetime, timedelta

import msgspec

from doorstep.domain.vocabulary import Lead
from doorstep.messages import Facts
from doorstep.messages.context import handed_hop
from doorstep.messages.shortening import CODES, LENGTH, code_of, shortened
from doorstep.messages.wording import web
from doorstep.steps.marks import ref_of
from doorstep.steps.way import carrier_url, hops_of
from doorstep.store import orders, shipments
from doorstep.store.database import Row, Tx
from doorstep.store.sealing import Sealer
from doorstep.store.short_links import ShortLink

#: A short link leads somewhere for so long: a parcel, and time to send it back.
LASTS = timedelta(days=180)
_RECIPIENTS = frozenset({Lead.PREFERENCES, Lead.UNSUBSCRIBE})


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a short link leads."""

    #: A path of ours, or a carrier's whole address.
    url: str
    #: A carrier's page: nobody but us can note that it was opened.
    is_carriers: bool = False


def short_facts(facts: Facts, base_url: str, tracking: str, made: list[ShortLink]) -> Facts:
    """Put short links into a text message's facts, added to `made`; `tracking` is the brand's. What stands in the text is kept, see `standing_in`."""

    def short(lead: Lead, token: str, url: str) -> str:
        if lead.is_carriers and not _marks(lead, tracking) and len(url) <= len(f"{base_url}/s/") + LENGTH:
            return url
        return _short(lead, token, base_url, tracking, made)

    return shortened(facts, short)


def short_news(token: str, base_url: str, tracking: str, made: list[ShortLink]) -> str:
    """Shorten the link to the page of a digest."""
    return _short(Lead.NEWS, token, base_url, tracking, made)


def _short(lead: Lead, token: str, base_url: str, tracking: str, made: list[ShortLink]) -> str:
    code = code_of(secrets.randbelow(CODES))
    made.append(ShortLink(code=code, leads_to=lead, token=token, marks=_marks(lead, tracking)))
    return f"{base_url}/s/{code}"


def _marks(lead: Lead, tracking: str) -> bool:
    """Say whether it is noted that a link was followed, as in every other message: who chooses what to get is never noted."""
    if lead in _RECIPIENTS:
        return False
    return tracking == "all" if lead.is_carriers else tracking != "none"


def standing_in(text: str, made: list[ShortLink]) -> tuple[ShortLink, ...]:
    """Pick the links that stand in a text."""
    return tuple(one for one in made if one.code in text)


def has_ended(link: Row, now: datetime) -> bool:
    """Tell whether a link (of `store.short_links.find`) is too old, or its message gone."""
    return now - link["made_at"] > LASTS or link["recipient"] is None


async def target_of(tx: Tx, sealer: Sealer, link: Row, *, marked: bool) -> Target | None:
    """Tell where a link leads, in its merchant's transaction; None: what it led to is gone. `marked`: our page is told of the message."""
    merchant_id, lead, token = link["merchant_id"], Lead(link["leads_to"]), link["token"]
    mark = f"?m={ref_of(str(link['message_id']))}" if marked else ""
    if lead in _RECIPIENTS:
        own = sealer.token("mail", str(merchant_id), link["recipient"], link["locale"])
        return Target(url=f"/{'p' if lead is Lead.PREFERENCES else 'u'}/{own}")
    if lead is Lead.NEWS:
        return Target(url=f"/n/{token}{mark}")
    if lead is Lead.ORDER:
        order = await orders.by_token(tx, token)
        return Target(url=f"/o/{order.token}{mark}") if order else None
    if lead is Lead.CASE:
        order = await orders.by_token(tx, token.partition("/")[0])
        return Target(url=f"/o/{token}{mark}") if order else None
    shipment = await shipments.by_token(tx, token)
    if shipment is None:
        return None
    if lead is Lead.PARCEL:
        return Target(url=f"/t/{shipment.token}{mark}")
    last = handed_hop(hops_of(shipment), shipment.tracking_number) if lead is Lead.HANDED_TO else None
    url = web(last.url if last else carrier_url(shipment.carrier, shipment.tracking_number))
    return Target(url=url, is_carriers=True) if url else None
