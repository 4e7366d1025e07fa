"""Bytes that a customer hands in → a picture of our own making, kept beside the order; or why not.

What is kept was drawn anew from the pixels: no place, camera, time or hidden file of the original goes on. The type is read from the bytes, whatever
the name says. Telephones that take HEIC send JPEG to a form that asks for it; a HEIC file itself is refused, with that hint.
"""

import asyncio
import io
import secrets
import struct
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from PIL import Image, ImageOps

from doorstep.store import access, case_files
from doorstep.store.case_files import CaseFile
from doorstep.store.database import Database

#: Of one case.
MOST_PHOTOS = 5
#: Of one photo as it is sent.
MOST_BYTES = 10_000_000
#: Photos of one order that wait to become part of a case.
_MOST_LOOSE = 25
#: A photo that is part of no case is forgotten after so long.
LOOSE_FOR = timedelta(days=1)
#: Pixels of what is opened: a JPEG is drawn smaller while it is read, others are drawn whole, 4 bytes a pixel.
_MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 30_000_000, "WEBP": 30_000_000}
#: Pixels of the longer side of what is kept.
_SIDE = 2048
_QUALITY = 82
#: Photos an hour, by network and by order.
_FROM_A_NETWORK, _OF_AN_ORDER, _PER = 60, 30, timedelta(hours=1)
#: One at a time: a picture needs up to 120 MB while it is drawn.
_DRAWER = ThreadPoolExecutor(1, thread_name_prefix="photos")
CONTENT_TYPE = "image/jpeg"
_BAD = (OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, OverflowError, struct.error, Image.DecompressionBombError)
_WHITE = (255, 255, 255)


class NoPhoto(StrEnum):
    """Why something is not taken as a photo."""

    TOO_LARGE = "too_large"
    #: HEIC or HEIF.
    HEIC = "heic"
    #: Neither JPEG, PNG nor WebP, or one that cannot be read.
    TYPE = "type"
    TOO_MANY = "too_many"
    #: Too many in an hour.
    SLOW = "slow"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of photos that were sent together."""

    #: Ids of those that were kept.
    photos: tuple[str, ...] = ()
    #: Of those that were not, the reasons, each once.
    refused: tuple[NoPhoto, ...] = ()


def redraw(sent: bytes) -> bytes | NoPhoto:
    """Draw a photo anew: upright, at most 2,048 pixels long, a JPEG without anything that is not a pixel."""
    if len(sent) > MOST_BYTES:
        return NoPhoto.TOO_LARGE
    if sent[4:8] == b"ftyp" and sent[8:12] in {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif"}:
        return NoPhoto.HEIC
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in a file there is nobody to tell; what is too large is told below
            return _drawn(sent)
    except _BAD:
        return NoPhoto.TYPE


def _drawn(sent: bytes) -> bytes | NoPhoto:
    with Image.open(io.BytesIO(sent), formats=tuple(_MOST_PIXELS)) as opened:
        if opened.width * opened.height > _MOST_PIXELS[opened.format or ""]:
            return NoPhoto.TOO_LARGE
        opened.draft("RGB", (_SIDE, _SIDE))
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((_SIDE, _SIDE))
        if upright.mode in {"RGBA", "LA", "PA", "P"}:
            seen = upright.convert("RGBA")
            ground = Image.new("RGB", seen.size, _WHITE)
            ground.paste(seen, mask=seen.getchannel("A"))
        else:
            ground = upright.convert("RGB")
    written = io.BytesIO()
    clean = Image.new("RGB", ground.size)
    clean.paste(ground)
    clean.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


async def take(
    database: Database, merchant_id: int, order_id: int, sent: Sequence[bytes], network: str, now: datetime, *, room: int = MOST_PHOTOS
) -> Taken:
    """Keep photos beside an order, `room` at most; each counts against its order and the network it came from."""
    refused = [NoPhoto.TOO_MANY] if len(sent) > room else []
    photos: list[str] = []
    for one in sent[:room]:
        counts = {f"photo network {network}": _FROM_A_NETWORK, f"photo order {order_id}": _OF_AN_ORDER}
        async with database.system() as tx:
            if not await access.attempt(tx, merchant_id, counts, _PER, now):
                refused.append(NoPhoto.SLOW)
                break
        drawn = await asyncio.get_running_loop().run_in_executor(_DRAWER, redraw, one)
        if isinstance(drawn, NoPhoto):
            refused.append(drawn)
            continue
        async with database.for_merchant(merchant_id) as tx:
            if await case_files.loose(tx, merchant_id, order_id) >= _MOST_LOOSE:
                refused.append(NoPhoto.SLOW)
                break
            token = secrets.token_urlsafe(24)
            photo = CaseFile(token=token, order_id=order_id, kind="photo", content_type=CONTENT_TYPE, body=drawn)
            await case_files.keep(tx, merchant_id, photo, now)
        photos.append(token)
    return Taken(photos=tuple(photos), refused=tuple(dict.fromkeys(refused)))
