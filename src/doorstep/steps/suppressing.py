"""A CSV of addresses that are not to be written to → suppressions, and each line that could not be taken with why."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from doorstep.domain.messages import Suppression
from doorstep.domain.vocabulary import ChannelKind, Purpose
from doorstep.errors import BadInputError
from doorstep.store import recipients
from doorstep.store.database import Tx

_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,255}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_ODD = re.compile(r"[\s().-]")
#: What a file may hold: bytes, and lines with an address.
MOST_BYTES, MOST_LINES = 2_000_000, 20_000
#: Channels whose addresses a file can name; what the others go by only their providers know.
CHANNELS = (ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WHATSAPP)
REASONS = ("imported", "bounced", "complained", "unsubscribed", "stop", "refused")
_COLUMNS = ("channel", "address", "reason", "purpose")
_TEXTS = {ChannelKind.SMS, ChannelKind.WHATSAPP}


class BadLine(msgspec.Struct, frozen=True):
    """A line that was not taken."""

    #: As an editor counts them, from 1.
    line: int
    why: str


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file."""

    #: Lines that hold an address we do not write to now.
    taken: int
    #: Of those, how many were not suppressed before.
    new: int
    bad: tuple[BadLine, ...]


def address_of(text: str, channel: ChannelKind | None) -> str:
    """Write an address the one way it is kept: e-mail in lower case, phone numbers as E.164.

    Raises:
        BadInputError: neither, or not what the channel takes.
    """
    text = text.strip()
    if "@" in text and _EMAIL.fullmatch(text) and channel is not ChannelKind.SMS:
        return text.lower()
    phone = _ODD.sub("", text)
    if _PHONE.fullmatch(phone) and channel is not ChannelKind.EMAIL:
        return phone
    raise BadInputError(
        "address: must be an e-mail address, or a phone number with country code such as +34600111222, as the channel takes it"
    )


def rows_of(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Read `channel,address,reason,purpose` as (line, column → text); the last two may be left out, a first line of these names may give
    another order. Commas or semicolons; UTF-8, with or without its mark.

    Raises:
        BadInputError: it is no such file, or too large.
    """
    if len(content) > MOST_BYTES:
        raise BadInputError(f"the file is larger than {MOST_BYTES // 1_000_000} MB; send it in parts")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError("the file must be text in UTF-8") from error
    head = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head and "," not in head else ",")
    found: list[tuple[int, dict[str, str]]] = []
    columns: tuple[str, ...] = _COLUMNS
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not found and {"channel", "address"} <= {cell.lower() for cell in cells}:
                columns = tuple(cell.lower() for cell in cells)
            elif any(cells):
                found.append((reader.line_num, dict(zip(columns, cells, strict=False))))
            if len(found) > MOST_LINES:
                raise BadInputError(f"the file has more than {MOST_LINES} lines; send it in parts")
    except csv.Error as error:
        raise BadInputError(f"line {reader.line_num} cannot be read as CSV") from error
    return found


def _suppression(cells: dict[str, str], now: datetime) -> Suppression:
    if not all(text.isprintable() for text in cells.values()):
        raise BadInputError("it holds signs that cannot be printed")
    given = cells.get("channel", "").lower()
    channel = next((one for one in CHANNELS if one == given), None)
    if channel is None:
        raise BadInputError(f"channel: must be one of {', '.join(CHANNELS)}")
    address = address_of(cells.get("address", ""), ChannelKind.SMS if channel in _TEXTS else channel)
    reason = cells.get("reason", "").lower() or "imported"
    if reason not in REASONS:
        raise BadInputError(f"reason: must be one of {', '.join(REASONS)}")
    purpose = cells.get("purpose", "").lower()
    if purpose and purpose not in set(Purpose):
        raise BadInputError(f"purpose: must be one of {', '.join(Purpose)}, or nothing for every purpose")
    return Suppression(channel=channel, address=address, purpose=Purpose(purpose) if purpose else None, reason=reason, at=now)


async def import_suppressions(tx: Tx, merchant_id: int, rows: Sequence[tuple[int, dict[str, str]]], now: datetime) -> Imported:
    """Take the good ones of (line, column → text); one that stands already is left as it is."""
    good, bad = [], []
    for line, cells in rows:
        try:
            good.append(_suppression(cells, now))
        except BadInputError as error:
            bad.append(BadLine(line, str(error)))
    new = await recipients.suppress_many(tx, merchant_id, good) if good else 0
    return Imported(taken=len(good), new=new, bad=tuple(bad))
