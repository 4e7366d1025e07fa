"""Bounces that follow no standard → failures, read from what they say and what they return."""

import re
from email.message import Message as Letter
from itertools import islice

from doorstep.channels.email.failures import Failure
from doorstep.channels.email.letters import address_in, decoded, header, is_readable, parts, text_of, written
from doorstep.channels.email.reports import failures_of, refined, reply_of

_DAEMON = re.compile(r"mailer-?daemon|post[-_]?master|mail-daemon|mail ?delivery|deliver(?:y)? (?:system|subsystem)|mdaemon", re.IGNORECASE)
_NO_REPLY = re.compile(r"\bno[-_.]?reply@", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|returned mail|mail(?:er)? (?:failure|system error)|mail delivery|delivery (?:status|failure|failed|error|report|problem|has failed|unsuccessful)"
    r"|failure (?:notice|delivery)|non[- ]?deliver|nondeliverable|message (?:undeliver|delivery|was delayed)|could not (?:be delivered|send)|not be delivered"
    r"|returned to sender|bounced? (?:mail|message)|user unknown|mail(?:_| )?error|warning: could not|rejected|メールエラー|配信(?:不能|できません)",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"could not (?:be )?deliver|unable to deliver|(?:was|were) not delivered|can ?not be delivered|undeliverable|delivery (?:has )?failed|no such user"
    r"|unknown user|user unknown|RCPT TO|did not reach|mailbox is full|^[ \t]{0,8}5\d\d[ -]",
    re.IGNORECASE | re.MULTILINE,
)
#: Where a bounce ends and the mail it returns begins.
_SEPARATOR = re.compile(
    r"^[^\n\w]{0,40}(?:(?:begin(?:ning)? of |below is (?:a )?)?(?:the |a )?(?:copy of )?(?:the )?(?:original|returned|undelivered|unsent|forwarded|start of) "
    r"(?:message|mail|returned|e-?mail|headers?)(?! was\b)|below this line|this is a copy|message headers? follow|header(?:s)? of)\b[^\n]{0,60}$"
    r"|^[> \t]*(?:Received: |Return-Path: ?<|Message-ID: ?<|DKIM-Signature: |MIME-Version: 1)",
    re.MULTILINE | re.IGNORECASE,
)
#: So many texts of a mail are read, and so many letters of all together.
_MOST_TEXTS, _MOST_LETTERS = 20, 200_000
_ATOM = r"A-Za-z0-9.!#$%&'*+/=?^_`{|}~-"
_DOMAIN = r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?<![{_ATOM}])[{_ATOM}]{{1,64}}@{_DOMAIN}")
_ASKED = re.compile(
    r"(?:RCPT TO|for|to|recipient|user|address)s?\b[^\n@<]{0,20}[:=]?\s{0,5}<([^<>\s@]{1,64}@[^<>\s@]{1,255})>", re.IGNORECASE
)
#: An address that opens a line: how most bounces list the recipients.
_LISTED = re.compile(
    rf"^[ \t]{{0,8}}<?([{_ATOM}]{{1,64}}@{_DOMAIN})>?(?=:|[ \t]{{0,20}}$|\.{{3}}|[ \t]{{1,20}}on\b|[ \t]{{1,20}}\[)", re.MULTILINE
)
_STAGES = re.compile(r"(?:MAIL FROM|from|sender)\s{0,5}:?\s{0,5}<[^<>\s]{0,320}>", re.IGNORECASE)
_TO = re.compile(r"^(?:X-Envelope-To|Envelope-To|To|Cc):[ \t]*([^\n]+(?:\n[ \t]+[^\n]+)*)", re.MULTILINE | re.IGNORECASE)
_TEMPORARY = re.compile(
    r"(?:temporar|transient|delayed|will (?:be|keep|continue)[^.]{0,30}(?:retr|try)|still trying|has not (?:yet )?been delivered|warning message"
    r"|queue too long|timed? ?out|retry time|gave up after|try again later|too many connections|unable to connect|connection refused)",
    re.IGNORECASE,
)
_DELAY = re.compile(r"delay|not yet|will (?:keep|continue|be re)|do(?:n't| not) need to resend|warning", re.IGNORECASE)


def failures_in(letter: Letter) -> list[Failure]:
    """Read whom a bounce could not reach: by the standard first, else from its words. [] for a mail that is no bounce."""
    reported = failures_of(letter) or [failure for inner in _enclosed(letter) for failure in failures_of(inner)]
    if reported and all(failure.address for failure in reported):
        return reported
    if not reported and not is_bounce(letter):
        return []
    spoken = _spoken(letter)
    if reported:
        known = [failure.address for failure in spoken if failure.address]
        return [failure if failure.address or not known else failure._replace(address=known[0]) for failure in reported]
    return spoken


def _enclosed(letter: Letter) -> list[Letter]:
    """Return the reports a mail encloses: some gateways wrap a bounce in another."""
    inner = [part.get_payload() for part in parts(letter) if part.get_content_type() == "message/rfc822"]
    found = [content[0] for content in inner if isinstance(content, list) and content and isinstance(content[0], Letter)]
    return [mail for mail in found if mail.get_content_type() == "multipart/report"] if is_bounce(letter) else []


def is_bounce(letter: Letter) -> bool:
    """Say whether a mail comes from a mail system and speaks of a failure."""
    if header(letter, "X-Failed-Recipients"):
        return True
    sender = header(letter, "From")
    machine = (bool(_DAEMON.search(sender)), header(letter, "Return-Path") == "<>", letter.get_content_type() == "multipart/report")
    said, returned = _split(letter)
    telling = (bool(_SUBJECT.search(decoded(letter, "Subject"))), bool(_SPEAKS.search(said)))
    if any(machine):
        return sum(machine) + sum(telling) > 1
    # A carrier's own "delivery failed" also comes from no-reply: only one that returns our mail is a bounce.
    return bool(_NO_REPLY.search(sender)) and all(telling) and bool(returned_text(letter).strip() or returned)


def returned_text(letter: Letter) -> str:
    """Return what a bounce carries of the mail that failed, headers first; "" when nothing."""
    inner = [
        written(part) for part in parts(letter) if part.get_content_type() in {"message/rfc822", "text/rfc822-headers", "message/partial"}
    ]
    return "\n".join(inner) + "\n" + _split(letter)[1]


def _split(letter: Letter) -> tuple[str, str]:
    text = "\n".join(text_of(part) for part in islice(filter(is_readable, parts(letter)), _MOST_TEXTS))[:_MOST_LETTERS]
    found = _SEPARATOR.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")


def _spoken(letter: Letter) -> list[Failure]:
    said, _ = _split(letter)
    returned = returned_text(letter)
    addresses = _addresses(letter, said, returned)
    whole = f"{header(letter, 'Subject')}\n{said}"
    return [_failure(address, _piece(said, address, addresses), whole) for address in addresses]


def _addresses(letter: Letter, said: str, returned: str) -> list[str]:
    """Choose the failed recipients: those the bounce lists, else those it speaks of, else those the returned mail was for."""
    listed = [address for value in letter.get_all("X-Failed-Recipients", []) for address in _ADDRESS.findall(str(value))]
    if listed:
        return _once(listed)
    ours = {
        address.lower() for name in ("To", "From", "Delivered-To", "X-Original-To") for address in _ADDRESS.findall(header(letter, name))
    }
    lines = [address for address in _once(_LISTED.findall(said)) if address not in ours and not _DAEMON.search(address)]
    if lines:
        return lines
    spoken = [address for address in _once(_ADDRESS.findall(_STAGES.sub(" ", said))) if address not in ours and not _DAEMON.search(address)]
    meant = _once([address for value in _TO.findall(returned[:20_000]) for address in _ADDRESS.findall(value)])
    if both := [address for address in spoken if address in meant]:
        return both
    asked = [address.lower() for address in _ASKED.findall(said) if address.lower() in spoken]
    return _once(asked) or spoken[:1] or meant[:1] or _reported(said + returned)


def _reported(text: str) -> list[str]:
    found = re.search(r"^(?:Final|Original)-Recipient:[^\n]*", text, re.MULTILINE | re.IGNORECASE)
    address = address_in(found[0].partition(":")[2]) if found else ""
    return [address] if address else []


def _once(addresses: list[str]) -> list[str]:
    return list(dict.fromkeys(address.lower().rstrip(".") for address in addresses))


def _piece(said: str, address: str, addresses: list[str]) -> str:
    """Return what is said of one of several recipients."""
    lowered = said.lower()
    start = lowered.find(address)
    if start < 0 or len(addresses) == 1:
        return said
    ends = [lowered.find(other, start + len(address)) for other in addresses if other != address]
    return said[start : min((end for end in ends if end > start), default=len(said))]


def _failure(address: str, piece: str, whole: str) -> Failure:
    status, reply = refined("", piece) or refined("", whole), reply_of(piece) or reply_of(whole)
    if not status and not reply and _TEMPORARY.search(whole):
        status = "4.0.0"
    temporary = status.startswith("4") or (not status and 400 <= reply < 500)  # noqa: PLR2004 - SMTP's classes
    action = "delayed" if temporary and _DELAY.search(whole) else "failed"
    return Failure(address, action, status, reply, piece.strip()[-2_000:])
