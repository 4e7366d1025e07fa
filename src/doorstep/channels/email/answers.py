"""A person's mail → a reply: what it says, what it quotes, its files, and which message of ours it answers."""

import hashlib
import re
from collections.abc import Iterable
from email.message import Message as Letter

from doorstep.channels.email.attachments import MOST_FILES, file_of, is_file, limited
from doorstep.channels.email.letters import address_in, decoded, header, our_id, parts, source_of
from doorstep.channels.email.quoting import html_said_and_quoted, said_and_quoted
from doorstep.domain.messages import Reply
from doorstep.domain.plugins import Settings
from doorstep.domain.reading import one_line
from doorstep.domain.vocabulary import ChannelKind

_LONGEST_REPLY = 20_000
_LONGEST_HTML = 400_000
#: More parts than a person's mail has.
_MOST_PARTS = 200
_MOST_ANSWERS = 20
_REFERENCE = re.compile(r"<([^<>\s]{1,300})>")
#: Providers that put a Message-ID of their own on what we send, whose first part is their id of it. Source: their pages on SMTP
#: (Amazon SES, Postmark), as known on 2026-11-29.
_THEIR_DOMAINS = (".amazonses.com", "@mtasv.net")
_ID = r"([A-Za-z0-9._-]{1,100})"


def reply_of(letter: Letter, settings: Settings, to: str = "") -> Reply:
    """Read a person's mail. Where its words are HTML alone they are read as text, never shown as HTML."""
    leaves = [part for _, part in zip(range(_MOST_PARTS), parts(letter), strict=False)]
    files = [part for part in leaves if is_file(part)]
    said, quoted = _words([part for part in leaves if not is_file(part)])
    references = tuple(dict.fromkeys((*_in(letter, "In-Reply-To"), *reversed(_in(letter, "References")))))[:_MOST_ANSWERS]
    if not said and not quoted and not references:
        # Some write all they have to say in the subject.
        said = one_line(decoded(letter, "Subject"))
    name = one_line(_name_in(decoded(letter, "From")))[:100]
    return Reply(
        channel=ChannelKind.EMAIL,
        sender=address_in(header(letter, "From")),
        sender_name=name,
        to=address_in(to) or address_in(header(letter, "To")),
        text=_storable(said)[:_LONGEST_REPLY],
        quoted=_storable(quoted)[:_LONGEST_REPLY],
        provider_id=_ident(letter, said),
        answers=tuple(_theirs(one) for one in references),
        message_id=_answered(letter, references, settings, to),
        attachments=limited(file_of(part) for part in files[: MOST_FILES + 1]),
    )


def id_in_addresses(template: str, addresses: Iterable[str]) -> str | None:
    """Find our message id in an address that was made of a setting with "{id}" in it."""
    before, hole, after = template.strip().partition("{id}")
    if not hole:
        return None
    mark = re.compile(rf"(?<![A-Za-z0-9._+-]){re.escape(before)}{_ID}{re.escape(after)}", re.IGNORECASE)
    return next((found[1] for address in addresses if (found := mark.search(address))), None)


def _words(texts: list[Letter]) -> tuple[str, str]:
    """Read the plain texts; the HTML ones where those say nothing."""
    plain = "\n".join(source_of(part) for part in texts if part.get_content_subtype() != "html")
    if plain.strip():
        return said_and_quoted(plain)
    return html_said_and_quoted("\n".join(source_of(part, _LONGEST_HTML) for part in texts))


def _in(letter: Letter, name: str) -> list[str]:
    return _REFERENCE.findall(header(letter, name)[:20_000])


def _theirs(reference: str) -> str:
    """Return a reference as its provider names the message."""
    local, at, domain = reference.rpartition("@")
    return local if f"{at}{domain}".lower().endswith(_THEIR_DOMAINS) or domain.lower() == "amazonses.com" else reference


def _answered(letter: Letter, references: Iterable[str], settings: Settings, to: str) -> str | None:
    """Find our message id: in the address the answer came to, else in what it refers to."""
    addresses = (to, *(header(letter, name) for name in ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc")))
    if found := id_in_addresses(settings.get("reply_to", ""), addresses):
        return found
    domain = settings.get("from_address", "").rpartition("@")[2].strip().lower()
    return next((found for one in references if domain and (found := our_id(f"Message-ID: <{one}>", domain))), None)


def _name_in(sender: str) -> str:
    name, bracket, _ = sender.rpartition("<")
    return name.strip().strip('"').strip() if bracket else ""


def _ident(letter: Letter, said: str) -> str:
    """Return the mail's own id; for one without, a hash that is the same each time the mail comes."""
    if given := header(letter, "Message-ID").strip("<> "):
        return one_line(given)[:300]
    content = "\0".join((header(letter, "From"), header(letter, "To"), header(letter, "Date"), header(letter, "Subject"), said))
    return "hashed-" + hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _storable(text: str) -> str:
    """Take out what no database takes, keep lines."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).encode("utf-8", "replace").decode("utf-8")
