"""SMTP reply → who must act.

Source: RFC 5321 section 4.2, RFC 3463 and its registry of enhanced status codes; as known on 2026-11-22.
"""

import re

from doorstep.domain.plugins import Response
from doorstep.errors import DoorstepError, MisconfiguredError, RefusedError, TryLaterError

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")

#: The address will never take mail: no mailbox, no host, bad syntax, moved without an address, disabled, no mail exchanger.
DEAD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
#: Bare 550, 551 and 553 mean many things; these words make them a dead mailbox.
_DEAD_WORDS = re.compile(
    r"user (?:is )?(?:unknown|not found|doesn'?t exist)|(?:unknown|no such|invalid|non-?existent) (?:local )?(?:user|recipient|mailbox|address|account|person)"
    r"|(?:mailbox|recipient|account|address|user)[^.;]{0,80}(?:unavailable|not found|unknown|does ?n[o']t (?:exist|have)|not exist|is not known|not listed|disabled|inactive|suspended|closed)"
    r"|no mailbox|not a valid mailbox|doesn'?t have an? [^.]{0,40}account|recipient not recognized|no longer (?:valid|available|in use)"
    r"|(?:host|domain)[^.;]{0,40}(?:unknown|not found)|unknown (?:host|domain)|no such (?:host|domain)",
    re.IGNORECASE,
)
#: Words that speak of the sender or the content, whatever else they say.
_OTHER_WORDS = re.compile(
    r"spam|blacklist|block(?:ed|list)|\bpolicy|\bspf\b|dkim|dmarc|reputation|over ?quota|mailbox (?:is )?full|relay|greylist|rate|sender|too (?:large|big)",
    re.IGNORECASE,
)
_AUTH = frozenset({530, 534, 535, 538})
#: Storage is full, or the mail is too large.
_FULL = 552
_SIZE = frozenset({"5.3.4", "5.2.3"})


def enhanced_of(text: str) -> str:
    """Return the first enhanced status code in a text, e.g. "5.1.1"; "" without one."""
    found = ENHANCED.search(text)
    return ".".join(found.groups()) if found else ""


def is_dead(status: str, reply: int, text: str) -> bool:
    """Say whether a permanent refusal speaks of a dead address. `status` is the enhanced code or ""; `reply` the SMTP code or 0."""
    if reply == _FULL:
        return False
    if status in DEAD and not (status == "5.2.1" and _OTHER_WORDS.search(text)):
        return True
    if status and status not in {"5.0.0", "5.5.0", "5.1.0", "5.4.1", "5.4.4"}:
        return False
    if reply and reply not in {550, 551, 553, 554}:
        return False
    return bool(_DEAD_WORDS.search(text)) and not _OTHER_WORDS.search(text)


def error_of(response: Response) -> DoorstepError:
    """Say who must act on a reply that is not a success. The header `stage` names the command it answers: connect, auth, mail, rcpt or data."""
    text = response.body.decode("utf-8", "replace")
    stage = response.headers.get("stage", "")
    status = enhanced_of(text)
    code = f"{response.status} {status}".strip()
    if 400 <= response.status < 500:  # noqa: PLR2004 - SMTP's classes
        return TryLaterError(f"the mail server said {code} at {stage or 'a command'}")
    if stage in {"auth", "connect"} or response.status in _AUTH:
        return MisconfiguredError(f"the mail server said {code} at {stage}: check user name, password and security of this connection")
    if stage == "mail" and response.status != _FULL and status not in _SIZE:
        return MisconfiguredError(f"the mail server does not take mail from this sender: {code}")
    dead = is_dead(status, response.status, text)
    return RefusedError(f"the mail server refused the {'recipient' if stage == 'rcpt' else 'mail'}: {code}", suppress=dead, code=code)
