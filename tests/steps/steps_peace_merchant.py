"""The merchant of the runs: what it tells and allows itself; its orders; the providers, where the wire would be."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from steps_peace import EMAIL, MARKETING, SERVICE, SMS, Journey, Person, Rules
from steps_peace_looking import SILENCE
from steps_shop import NOON

from doorstep.domain.messages import Receipt
from doorstep.domain.orders import Fulfilment
from doorstep.domain.vocabulary import ChannelKind, MessageState
from doorstep.errors import RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.journeys import load_defaults

SLUGS = {EMAIL: "email", SMS: "twilio"}


def journeys_of(placed: tuple[ChannelKind, ...], told: tuple[ChannelKind, ...], *, urgent: bool) -> dict[str, Journey]:
    """What this merchant tells: an offer with each order, the rest by text as well."""
    found: dict[str, Journey] = {}
    for name, one in load_defaults().by_name.items():
        if not one.enabled or one.when.payment:
            continue
        changed = {"channels": told} if name in _TOLD else {"channels": placed, "purpose": MARKETING} if name == "order_confirmed" else {}
        found[one.trigger] = Journey(
            channels=tuple(c for c in changed.get("channels", one.channels) if c in SLUGS),
            topic=one.topic,
            max_age=timedelta(seconds=one.max_age_s),
            purpose=changed.get("purpose", SERVICE),
            urgent=urgent if name == "out_for_delivery" else one.urgent,
            digest=timedelta(seconds=one.digest_s),
            delay=timedelta(seconds=one.delay_s),
        )
    return found


_TOLD = ("failed_attempt", "out_for_delivery", "shipped", "delivered")


def settings_of(rules: Rules) -> dict[str, Any]:
    def hours(of: tuple[int, int, frozenset[int]]) -> dict[str, Any]:
        return {"rings_from": f"{of[0]:02}:00:00", "rings_until": f"{of[1]:02}:00:00", "days_off": sorted(of[2])}

    told, placed = rules.journeys["shipment.shipped"].channels, rules.journeys["order.placed"].channels
    return {
        "policy": {
            "quiet": hours(rules.hours),
            "quiet_marketing": hours(rules.marketing_hours) if rules.marketing_hours else None,
            "zone": rules.zone,
            "per_day": {"marketing": rules.per_day, "transactional": 50},
            "per_week": {"marketing": rules.per_week, "transactional": 200},
            "ask_first": sorted(rules.ask_first),
        },
        "journeys": {
            "order_confirmed": {"purpose": "marketing", "channels": placed},
            **{name: {"channels": told, "fallback_s": int(SILENCE.total_seconds())} for name in _TOLD},
            "out_for_delivery": {
                "channels": told,
                "fallback_s": int(SILENCE.total_seconds()),
                "urgent": rules.journeys["shipment.out_for_delivery"].urgent,
            },
        },
    }


@dataclass
class Sold:
    """One order and its parcels."""

    number: str
    person: Person
    at: datetime
    order_id: int = 0
    sent: list[Fulfilment] = field(default_factory=list)
    cancelled: bool = False
    #: When anything was last told of its parcels.
    heard_at: datetime = NOON - timedelta(days=999)


@dataclass
class Provider:
    """Stands where the wire does: notes that a flow would call, and answers as it is told to."""

    mood: str
    called: bool = False

    async def carry(self, flow: Any, *, connection: tuple[int, int], provider: str, rate_per_s: float | None) -> Receipt:
        next(flow)  # what the channel itself will not send is refused here, before anything is called
        flow.close()
        self.called = True
        if self.mood == "later":
            raise TryLaterError("busy", after_s=None)
        if self.mood in {"refused", "dead"}:
            raise RefusedError("no", suppress=self.mood == "dead", code="21211")
        if self.mood == "unknown":
            raise UnknownOutcomeError("no answer")
        return Receipt(message_id=None, provider_id="theirs", state=MessageState.SENT)
