"""The time → a message's id; apart from `compose`, since notices to owners want one, too."""

import os
from datetime import datetime

#: Of a version 7 id, the bits that say so, and those of chance.
_VERSION_7 = 0x7 << 76 | 0x2 << 62
_CHANCE = (1 << 80) - 1 & ~(0xF << 76) & ~(0x3 << 62)


def new_message_id(now: datetime) -> str:
    """Make a version 7 id: the month of a message can be read off it."""
    stamp = int(now.timestamp() * 1000) << 80
    chance = int.from_bytes(os.urandom(10)) & _CHANCE
    text = f"{stamp | chance | _VERSION_7:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
