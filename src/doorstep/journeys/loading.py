"""Journey definitions (TOML) and a merchant's changes → journeys, ready to be asked by trigger."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

from doorstep.domain.orders import Payment
from doorstep.domain.vocabulary import ChannelKind, Purpose, Status
from doorstep.errors import BadInputError
from doorstep.journeys.triggers import TRIGGERS


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must hold for a journey to answer; an empty tuple asks nothing."""

    #: The order is paid in one of these ways.
    payment: tuple[Payment, ...] = ()
    #: The order is paid in none of these ways.
    payment_not: tuple[Payment, ...] = ()
    #: The shipment has one of these statuses.
    status: tuple[Status, ...] = ()
    #: The shipment has none of these statuses.
    status_not: tuple[Status, ...] = ()
    #: One of these problems is open.
    pitfalls: tuple[str, ...] = ()
    #: The change's occurrence is one of these (an event type, an attempt's number).
    occurrence: tuple[str, ...] = ()


class Journey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done at one moment."""

    #: Slug; the file's name.
    name: str
    #: One line for the merchant.
    about: str
    trigger: str
    template: str
    topic: str
    #: In order of preference.
    channels: tuple[ChannelKind, ...]
    #: Slug of the step; part of the message's natural key.
    step: str = "tell"
    enabled: bool = True
    purpose: Purpose = Purpose.TRANSACTIONAL
    when: When = When()
    #: Of the journeys of one trigger whose conditions hold, the highest answers.
    priority: int = 0
    #: Seconds between the moment's arrival and the message.
    delay_s: int = 0
    #: Older than this is not worth telling; seconds.
    max_age_s: int = 259_200
    #: May leave during quiet hours.
    urgent: bool = False
    #: Seconds to wait for the order's other parcels, where there are any, and (`joins`) for the customer's other orders; 0: it is told at once.
    digest_s: int = 0
    #: It may be told in one message with other news of the customer: a headline and a sentence say all that matters.
    joins: bool = False
    #: It asks for an answer: a channel on which one is easily given is the better.
    asks: bool = False
    #: Seconds after which the next channel is tried where the first reports what it reached and has not; 0: only where it fails.
    fallback_s: int = 0
    #: Told although the order is cancelled.
    after_cancel: bool = False


class Journeys(msgspec.Struct, frozen=True):
    """All journeys of a merchant."""

    #: By name.
    by_name: dict[str, Journey]
    #: Trigger → the enabled journeys that answer it, highest priority first.
    by_trigger: dict[str, tuple[Journey, ...]]

    @classmethod
    def of(cls, journeys: Mapping[str, Journey]) -> "Journeys":
        """Index journeys by their triggers."""
        by_trigger: dict[str, tuple[Journey, ...]] = {}
        for name in sorted(journeys, key=lambda one: (-journeys[one].priority, one)):
            journey = journeys[name]
            if journey.enabled:
                by_trigger[journey.trigger] = (*by_trigger.get(journey.trigger, ()), journey)
        return cls(dict(journeys), by_trigger)


#: What a merchant may change of a journey; the rest is its identity.
CHANGEABLE = frozenset(
    {
        "enabled",
        "channels",
        "delay_s",
        "max_age_s",
        "digest_s",
        "joins",
        "urgent",
        "template",
        "topic",
        "when",
        "purpose",
        "priority",
        "asks",
        "fallback_s",
    }
)


@cache
def load_defaults() -> Journeys:
    """Read the journeys that come with Doorstep; once per process."""
    folder = resources.files("doorstep.journeys") / "definitions"
    found = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            journey = msgspec.toml.decode(file.read_bytes(), type=Journey)
            if journey.trigger not in TRIGGERS or journey.name != file.name.removesuffix(".toml"):
                raise BadInputError(f"journey {file.name}: its trigger is unknown or its name is not the file's")
            found[journey.name] = journey
    return Journeys.of(found)


def with_overrides(journeys: Journeys, overrides: Mapping[str, Mapping[str, object]]) -> Journeys:
    """Apply a merchant's changes: journey name → field → value, e.g. {"delayed": {"channels": ["sms", "email"]}}.

    Raises:
        BadInputError: there is no such journey, the field may not be changed, or the value does not fit; the text says which.
    """
    if not overrides:
        return journeys
    changed = dict(journeys.by_name)
    for name, fields in overrides.items():
        if name not in changed:
            raise BadInputError(f"there is no journey called {name!r}")
        for field in fields:
            if field not in CHANGEABLE:
                raise BadInputError(f"journey {name!r}: {field!r} cannot be changed; these can: {', '.join(sorted(CHANGEABLE))}")
        plain = {**msgspec.to_builtins(changed[name]), **fields}
        try:
            changed[name] = _checked(msgspec.convert(plain, Journey))
        except msgspec.ValidationError as error:
            raise BadInputError(f"journey {name!r}: {error}") from error
    return Journeys.of(changed)


def _checked(journey: Journey) -> Journey:
    if not journey.channels or min(journey.delay_s, journey.max_age_s, journey.digest_s, journey.fallback_s) < 0:
        raise BadInputError(f"journey {journey.name!r}: it needs a channel, and its seconds cannot be negative")
    return journey
