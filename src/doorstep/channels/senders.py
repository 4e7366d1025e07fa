"""A recipient's number, the `senders` of a connection → who a text comes from there, and the text as that sender may say it.

Alphanumeric senders ("Doorstep") are one-way: nobody can answer them, so a text from one asks for no answer, and one that needs a way out
holds a link instead.
"""

import re
from collections.abc import Callable, Mapping

import msgspec
import phonenumbers

from doorstep.domain.messages import Message
from doorstep.domain.plugins import Setting, Settings
from doorstep.domain.vocabulary import Purpose, Remedy
from doorstep.errors import MisconfiguredError, RefusedError

#: Countries whose networks carry no alphanumeric sender: such a text is refused, or comes from a number nobody knows.
#: Source: Twilio's SMS guidelines by country, MessageBird's list of sender restrictions and Vonage's country features, which agree on
#: these; as known on 2026-11-29. The dependencies of the United States share its networks.
NUMBERS_ONLY = frozenset(
    {
        *("US", "CA", "PR", "VI", "GU", "AS", "MP"),
        *("AR", "BR", "CL", "CO", "CR", "EC", "MX", "NI", "PA", "UY"),
        *("CN", "HU", "KR", "MY", "NZ", "ZA"),
    }
)
#: The key of `senders` for every country that is not named.
REST = "*"
#: Source: 3GPP TS 23.038 and TS 23.040 leave eleven characters of the default alphabet for it.
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &_+.!'-]{1,11}")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_SHORT_CODE = re.compile(r"\d{3,8}")
#: Twilio's messaging services, which choose among their own numbers; no other provider's sender looks like one.
_POOL = re.compile(r"MG[0-9a-fA-F]{32}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
#: Words that a text asks people to send, and the verbs that ask for them, in the languages messages are written in.
_KEYWORDS = r"STOP|START|HELP|BAJA|ALTA|AYUDA|HILFE|AIDE|AIUTO|SAIR|AJUDA|UNSUBSCRIBE|UNSTOP"
_ASKS = r"reply|text|send|answer|respond[ae]|envíe|antworten|mit|beendet|beenden|senden|répondez|envoyez|risponda|rispondi|invia|envie"
_KEYWORD = re.compile(rf"\b(?:{_KEYWORDS})\b")
_ASK = re.compile(rf"\b(?:{_ASKS})\b", re.IGNORECASE)
#: Between two sentences: after a mark and before a space, so that addresses stay whole, and before each new line.
_BREAK = re.compile(r"(?<=[.!?])(?=\s)|(?=\n)")

#: The setting, for every provider of texts.
SENDERS = Setting(
    name="senders",
    label="Senders by the recipient's country, * for the rest; a number, a short code, or a name of at most 11 letters",
    required=False,
    example="US=+12025550123, GB=Doorstep, *=+447700900123",
)


class Sender(msgspec.Struct, frozen=True):
    """Who a text comes from."""

    #: E.164, a short code, a name, or the provider's own id of a pool of numbers.
    name: str
    #: Nobody can answer it.
    one_way: bool = False
    #: Its name is that of a pool, out of which the provider chooses.
    pooled: bool = False


def country_of(number: str) -> str:
    """Return the ISO 3166 country of an E.164 number; "" where it has none or is none."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    found = phonenumbers.region_code_for_number(parsed)
    if found is None:  # a number nobody has been given yet: the largest of the countries that share its code
        found = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return found if _COUNTRY.fullmatch(found) and found != "ZZ" else ""


def sender_for(settings: Settings, to: str, fallback: Sender | None = None) -> Sender:
    """Choose the sender for a recipient: their country's, else the rest's, else `fallback` (one sender for all).

    Raises:
        MisconfiguredError: there is no sender, one cannot be read, or it is a name where only numbers are carried.
        RefusedError: no sender is named for this country; another channel may reach it.
    """
    named = read_senders(settings.get(SENDERS.name, ""))
    country = country_of(to)
    sender = named.get(country) or named.get(REST) or fallback
    if sender is None:
        if not named:
            raise MisconfiguredError("the connection has no sender: set senders, for example " + SENDERS.example)
        text = f"senders names none for {country or 'this number'}, and no * for the rest"
        raise RefusedError(text, suppress=False, code="no_sender", remedy=Remedy.SWITCH)
    if sender.one_way and country in NUMBERS_ONLY:
        raise MisconfiguredError(
            f"networks in {country} carry no sender by name, such as {sender.name!r}: add {country}=+… with a number of yours to senders"
        )
    return sender


def one_way_of(choose: Callable[[Settings, str], Sender]) -> Callable[[Settings, str], bool]:
    """Make a channel's `one_way` of how it chooses a sender; where it finds none, nothing can be sent anyway."""

    def one_way(settings: Settings, to: str) -> bool:
        try:
            return choose(settings, to).one_way
        except (MisconfiguredError, RefusedError):
            return False

    return one_way


def read_senders(text: str) -> Mapping[str, Sender]:
    """Read "US=+12025550123, GB=Doorstep, *=…" → country or * → sender.

    Raises:
        MisconfiguredError: an entry is not country=sender, stands twice, or names nothing that can send.
    """
    found: dict[str, Sender] = {}
    for entry in re.split(r"[,;\n]", text):
        if not entry.strip():
            continue
        country, equals, name = (part.strip() for part in entry.partition("="))
        country = country.upper()
        if not equals or not (country == REST or _COUNTRY.fullmatch(country)):
            raise MisconfiguredError(f"senders: {entry.strip()[:60]!r} is not COUNTRY=sender, for example GB=Doorstep")
        if country in found:
            raise MisconfiguredError(f"senders: {country} stands there twice")
        found[country] = sender_of(name)
    return found


def sender_of(name: str) -> Sender:
    """Read one sender; a number may hold spaces, dashes and parentheses.

    Raises:
        MisconfiguredError: nothing that can send.
    """
    name = name.strip()
    number = re.sub(r"[\s().-]", "", name)
    if _NUMBER.fullmatch(number) or _SHORT_CODE.fullmatch(number):
        return Sender(number)
    if _POOL.fullmatch(name):
        return Sender(name, pooled=True)
    if _ALPHANUMERIC.fullmatch(name):
        return Sender(name, one_way=True)
    raise MisconfiguredError(
        f"{name[:30]!r} is no sender: give a number with + and its country code, a short code, or a name of at most 11 letters and digits"
    )


def text_from(sender: Sender, message: Message) -> str:
    """Return the text as this sender may say it.

    From one that nobody can answer, "Reply STOP …" is left out; marketing then holds its unsubscribe address, as the law wants a way out.
    """
    text = message.content.text
    if not sender.one_way:
        return text
    kept = _unasking(text) or text
    link = message.unsubscribe_url
    if message.purpose is Purpose.MARKETING and link and link not in kept:
        kept = f"{kept}\n{link}"
    return kept


def _unasking(text: str) -> str:
    """Leave out the sentences that ask for an answer by keyword, and then those that begin with another keyword ("HELP for help.")."""
    sentences = _BREAK.split(text)
    asking = {place for place, one in enumerate(sentences) if _KEYWORD.search(one) and _ASK.search(one)}
    if asking:
        asking |= {place for place, one in enumerate(sentences) if _KEYWORD.match(one.lstrip())}
    return "".join(one for place, one in enumerate(sentences) if place not in asking).strip()


def e164(text: str) -> str:
    """Write a number as providers give it, digits alone, with its plus; short codes and names stay as they are."""
    digits = text.strip()
    return f"+{digits}" if digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 15 and digits[0] != "0" else digits  # noqa: PLR2004 - E.164


def answered_by(provider: str) -> Setting:
    """Make the setting `opt_out`: who answers STOP, START and HELP."""
    return Setting(
        name="opt_out",
        label=f"Who answers STOP, START and HELP: {provider} or doorstep",
        required=False,
        default="doorstep",
        example=provider,
    )


def keyword_in(text: str, words: Mapping[str, str]) -> str:
    """Return the keyword of a text that is one of a provider's own words and nothing else, in any case; "" for any other."""
    return words.get(text.strip().upper(), "")
