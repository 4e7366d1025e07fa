"""A country, a channel → the hours in which its law lets marketing ring, merged with the merchant's own."""

from datetime import time

from doorstep.domain.vocabulary import ChannelKind
from doorstep.messages.quiet import QuietHours

_WEEK = 7
#: Channels that a law about telephone marketing means.
_TELEPHONE = frozenset({ChannelKind.SMS, ChannelKind.WHATSAPP})

#: Where marketing to a telephone has hours of its own; transactional messages are outside all of these rules.
#: Sources, as known on 2026-11-29: US 47 CFR 64.1200(c)(1) (8-21), narrowed to Florida's, Oklahoma's and Washington's 8-20, since a
#: number does not tell the state for sure; FR the operators' charter for short messages (8-20, never on Sundays and holidays);
#: IN TCCCPR 2018 and TRAI's directions (10-21).
_MARKETING: dict[str, QuietHours] = {
    "US": QuietHours(time(8), time(20)),
    "FR": QuietHours(time(8), time(20), days_off=frozenset({6}), holidays_off=True),
    "IN": QuietHours(time(10), time(21)),
}


def marketing_law(country: str | None, channel: ChannelKind) -> QuietHours | None:
    """Tell the hours that the law of a country (ISO 3166-1) asks for on a channel; None: we know of none."""
    return _MARKETING.get(country) if country and channel in _TELEPHONE else None


def hours_for(first: QuietHours, second: QuietHours | None) -> QuietHours:
    """Merge two rules: only what both allow; where they leave no hour or no day, the second's, which is the law or the narrower purpose."""
    if second is None:
        return first
    begins, ends = max(first.rings_from, second.rings_from), min(first.rings_until, second.rings_until)
    if begins >= ends:
        begins, ends = second.rings_from, second.rings_until
    days_off = first.days_off | second.days_off
    return QuietHours(
        begins,
        ends,
        days_off=days_off if len(days_off) < _WEEK else second.days_off,
        weekends_off=first.weekends_off or second.weekends_off,
        holidays_off=first.holidays_off or second.holidays_off,
    )
