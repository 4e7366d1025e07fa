"""Delivery reports and complaints by the standards → failures, complaints.

Source: RFC 3464 (delivery status), RFC 5965 (abuse reports), RFC 3463 (status codes); as known on 2026-11-22.
"""

import re
from email.message import Message as Letter

from doorstep.channels.email.failures import Failure
from doorstep.channels.email.letters import address_in, header, is_readable, parts, text_of
from doorstep.channels.email.replies import ENHANCED, enhanced_of

_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
_REPLY = re.compile(r"(?<![\d.])([245]\d\d)(?=[\s-](?!\d{3}\b))")
#: Codes that say no more than their class.
_VAGUE = re.compile(r"[245]\.(?:0\.0|0|1\.0|5\.0)$|[245]\.0\.\d+$")
_FIELD = re.compile(r"^(?:Final-Recipient|Original-Recipient|Action|Status|Diagnostic-Code):", re.MULTILINE | re.IGNORECASE)
_REPORTED = re.compile(r"^Final-Recipient:[ \t]{0,5}rfc822;", re.MULTILINE | re.IGNORECASE)
#: Feedback types that are a complaint. Source: RFC 5965 and its registry.
_COMPLAINTS = frozenset({"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "miscategorized", "complaint"})


def failures_of(letter: Letter) -> list[Failure]:
    """Read the message/delivery-status parts, one failure for each recipient; [] without such a part."""
    found: list[Failure] = []
    for part in parts(letter):
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            found += [failure for block in _blocks(part) if (failure := _failure(block)) is not None]
        elif is_readable(part) and _REPORTED.search(text := text_of(part)):
            # A report whose boundary broke on the way stands in the text.
            found += [failure for block in _blocks_in(text) if (failure := _failure(block)) is not None]
    return list(dict.fromkeys(found))


def complaint_of(letter: Letter) -> tuple[str, str] | None:
    """Read an abuse report: its type, lower case, and the recipient who complained, "" where hidden. None for any other mail."""
    for part in parts(letter):
        if part.get_content_type() == "message/feedback-report":
            fields = _fields_in(_plain(part))
            kind = fields.get("feedback-type", "").lower()
            address = address_in(fields.get("original-rcpt-to", ""))
            return kind, address
    return None


def is_complaint(kind: str) -> bool:
    """Say whether a feedback type is a complaint ("not-spam" and "auth-failure" are not)."""
    return kind in _COMPLAINTS


def reply_of(text: str) -> int:
    """Return the first SMTP reply code of a failure in a text; 0 without one."""
    found = [int(code) for code in _REPLY.findall(text) if code[0] in "45"]
    return found[0] if found else 0


def refined(status: str, text: str) -> str:
    """Return the more telling of a report's status and the one its diagnostic text quotes."""
    quoted = [".".join(code) for code in ENHANCED.findall(text) if code[0] in "45"]
    if status and not _VAGUE.match(status):
        return status
    for code in quoted:
        if not _VAGUE.match(code):
            return code
    return status or (quoted[0] if quoted else "")


def _blocks(part: Letter) -> list[dict[str, str]]:
    content = part.get_payload()
    if isinstance(content, list) and content:
        return [{name.lower(): header(block, name) for name in block} for block in content if isinstance(block, Letter)]
    return _blocks_in(_plain(part))


def _blocks_in(text: str) -> list[dict[str, str]]:
    return [_fields_in(block) for block in re.split(r"\n[ \t]*\n", text) if _FIELD.search(block)]


def _plain(part: Letter) -> str:
    content = part.get_payload()
    if isinstance(content, list):
        return "\n\n".join(inner.as_string() for inner in content if isinstance(inner, Letter))
    return text_of(part)


def _fields_in(text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in re.sub(r"\r?\n[ \t]+", " ", text).splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _failure(block: dict[str, str]) -> Failure | None:
    address = address_in(block.get("final-recipient", "")) or address_in(block.get("original-recipient", ""))
    address = address or address_in(block.get("x-actual-recipient", ""))
    if not address and "action" not in block:
        return None
    text = block.get("diagnostic-code", "")[:2_000]
    given = enhanced_of(block.get("status", ""))
    action = block.get("action", "").split(" ")[0].lower()
    if action not in _ACTIONS:
        action = "delayed" if given.startswith("4") else "failed"
    return Failure(address, action, refined(given, text), reply_of(text), text)
