"""What WhatsApp tells of a person → our address of them, their name, and their other addresses."""

from collections.abc import Mapping, Sequence
from typing import Any

from doorstep.channels.graph import part, text

#: A Mexican mobile number is written +52 and ten digits since 2019, and WhatsApp's id of it may still have a 1 between.
#: A Brazilian one has a 9 before its eight digits since 2016, and WhatsApp's id of an old account has none.
#: Source: WhatsApp's pages on telephone numbers, as known on 2026-11-29.
_MEXICO, _MEXICO_DIGITS = "521", 13
_BRAZIL, _BRAZIL_DIGITS, _BRAZIL_MOBILE = "55", 12, frozenset("6789")


def numbers_of(wa_id: str) -> tuple[str, ...]:
    """Return the E.164 numbers that a WhatsApp id may stand for, the one people write first; () where it is no number."""
    if not (wa_id.isascii() and wa_id.isdigit()):
        return ()
    if wa_id.startswith(_MEXICO) and len(wa_id) == _MEXICO_DIGITS:
        return (f"+52{wa_id[3:]}", f"+{wa_id}")
    if wa_id.startswith(_BRAZIL) and len(wa_id) == _BRAZIL_DIGITS and wa_id[4] in _BRAZIL_MOBILE:
        return (f"+{wa_id[:4]}9{wa_id[4:]}", f"+{wa_id}")
    return (f"+{wa_id}",)


def address_of(wa_id: str, user_id: str) -> str:
    """Return the address of a person: the number, else the business-scoped id; "" where neither is told."""
    numbers = numbers_of(wa_id)
    return numbers[0] if numbers else user_id or wa_id


def also_of(wa_id: str, user_ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the person's addresses beside the one they are known by, by kind."""
    numbers = numbers_of(wa_id)
    rest = [("phone", number) for number in numbers[1:]]
    shown = user_ids if numbers or wa_id else user_ids[1:]
    return (*rest, *(("bsuid", one) for one in dict.fromkeys(shown) if one))


def contact_of(contacts: Sequence[Mapping[str, Any]], wa_id: str, user_id: str) -> Mapping[str, Any]:
    """Find who of the people of a webhook sent a message; {} where none fits."""
    for contact in contacts:
        if (wa_id and text(contact, "wa_id") == wa_id) or (user_id and text(contact, "user_id") == user_id):
            return contact
    return contacts[0] if len(contacts) == 1 and not wa_id and not user_id else {}


def name_of(contact: Mapping[str, Any]) -> str:
    """Return the name a person gave to the profile; "" untold."""
    return text(part(contact, "profile"), "name")[:200]
