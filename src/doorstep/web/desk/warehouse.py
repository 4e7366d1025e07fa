"""The fields that say how a shop sends (from where, until when, on which days) ↔ `settings["sending"]`."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

import msgspec
from litestar.datastructures import FormMultiDict

from doorstep.carriers.countries import country_of
from doorstep.errors import BadInputError
from doorstep.timeline.estimating.promising import Sending
from doorstep.web.look.asking import clean_text

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_TEXTS = ("sends_country", "sends_zone", "sends_until", "handling_days")
WEEKDAYS = ((1, "Monday"), (2, "Tuesday"), (3, "Wednesday"), (4, "Thursday"), (5, "Friday"), (6, "Saturday"), (7, "Sunday"))
_USUAL = (1, 2, 3, 4, 5)
_LONGEST = 30


def sending_shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the fields with what stands."""
    sending = msgspec.convert(settings.get("sending", {}), Sending)
    return {
        "sends_country": sending.country,
        "sends_zone": sending.zone,
        "sends_until": sending.cut_off,
        "sends_on": {str(day) for day in sending.working_days or _USUAL},
        "handling_days": "" if sending.handling_days is None else sending.handling_days,
    }


def sending_typed(form: FormMultiDict) -> dict[str, Any]:
    """Give the fields of a refused form back as they were filled in."""
    return {name: clean_text(form.get(name), 60) for name in _TEXTS} | {"sends_on": set(form.getall("sends_on", []))}


def sending_sent(form: FormMultiDict) -> dict[str, Any]:
    """Read the fields; what is as usual is left out.

    Raises:
        BadInputError: it says which field, and what it takes.
    """
    word, zone, until, handling = (clean_text(form.get(name), 60) for name in _TEXTS)
    country = country_of(word) if word else ""
    if country is None:
        raise BadInputError("You send from: a country such as ES.")
    if zone and zone not in available_timezones():
        raise BadInputError("Time zone of the warehouse: a name such as Europe/Madrid, or nothing.")
    if until and not _TIME.fullmatch(until):
        raise BadInputError("Orders leave the same day until: a time such as 14:00.")
    if handling and not (handling.isascii() and handling.isdigit() and int(handling) <= _LONGEST):
        raise BadInputError(f"Working days until the carrier has it: a whole number from 0 to {_LONGEST}, or nothing.")
    ticked = set(form.getall("sends_on", []))
    days = tuple(day for day, _ in WEEKDAYS if str(day) in ticked)
    told = Sending(country, zone, until or Sending().cut_off, () if days == _USUAL else days, int(handling) if handling else None)
    usual = msgspec.to_builtins(Sending())
    return {name: value for name, value in msgspec.to_builtins(told).items() if value != usual[name]}
