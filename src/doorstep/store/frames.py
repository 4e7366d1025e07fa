"""Rendered pages ↔ bytes: the template's own texts are kept once, a message keeps its pieces."""

import hashlib
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import cast

import msgspec

from doorstep.domain.messages import Message, Rendered
from doorstep.store.database import Tx

#: A template may write text of a kind of its own (markup): it is kept as plain text.
_PACK = msgspec.msgpack.Encoder(enc_hook=str).encode
#: Place in a frame → its text there.
Frame = dict[int | str, str]
#: Merchant, name of a frame.
_Key = tuple[int, bytes]
_MOST_REMEMBERED = 256
_REMEMBERED: dict[_Key, Frame] = {}
_UNPACK = msgspec.msgpack.Decoder(list[int | str])

# Frames not kept yet: which of these are, and the others.
_THERE = """
select f.merchant_id, f.frame_id from unnest($1::bigint[], $2::bytea[]) as k (merchant_id, frame_id) join message_frame f using (merchant_id, frame_id)
"""
# The texts of frames.
_TEXTS = """
select f.merchant_id, f.frame_id, f.texts from unnest($1::bigint[], $2::bytea[]) as k (merchant_id, frame_id)
join message_frame f using (merchant_id, frame_id)
"""
_KEEP = """
insert into message_frame (merchant_id, frame_id, texts) select * from unnest($1::bigint[], $2::bytea[], $3::bytea[])
on conflict do nothing
"""


def packed(content: Rendered) -> bytes:
    """Make of a page what its message's row holds: the pieces where it has a frame, else all of it; b"" none."""
    if content.pieced is not None:
        return _PACK(content.pieced.parts)
    return zlib.compress(content.html.encode(), 1) if content.html else b""


def unpacked(held: bytes, frame: Frame | None) -> str:
    """Put a page together again from what its message's row holds and its frame's texts; None: it has no frame."""
    if not held:
        return ""
    if frame is None:
        return zlib.decompress(held).decode()
    parts = _UNPACK.decode(held)
    return "".join(map(frame.get, parts, cast("list[str]", parts)))


@lru_cache(maxsize=256)
def frame_in(texts: bytes) -> Frame:
    """Read the texts of a frame as it is kept."""
    return dict(enumerate(msgspec.json.decode(zlib.decompress(texts), type=list[str])))


async def frames_of(tx: Tx, keys: set[_Key]) -> dict[_Key, Frame]:
    """Read the texts of frames; those read lately are remembered, for what a frame's name stands for never changes."""
    found = {key: _REMEMBERED[key] for key in keys if key in _REMEMBERED}
    if missing := keys - found.keys():
        rows = await tx.fetch(_TEXTS, [key[0] for key in missing], [key[1] for key in missing])
        read = {(row[0], row[1]): frame_in(row[2]) for row in rows}
        if len(_REMEMBERED) + len(read) > _MOST_REMEMBERED:
            _REMEMBERED.clear()
        _REMEMBERED.update(read)
        found |= read
    return found


@lru_cache(maxsize=1024)
def frame_id(frame: tuple[str, ...]) -> bytes:
    """Name a frame by its texts."""
    return hashlib.blake2b(msgspec.json.encode(frame), digest_size=16).digest()


async def keep_frames(tx: Tx, content: Sequence[Message]) -> None:
    """Keep the frames of these messages that are not kept yet."""
    frames = {(m.merchant_id, frame_id(m.content.pieced.frame)): m.content.pieced.frame for m in content if m.content.pieced}
    if not frames:
        return
    there = {(row[0], row[1]) for row in await tx.fetch(_THERE, [k[0] for k in frames], [k[1] for k in frames])}
    if new := sorted(frames.keys() - there):
        texts = [zlib.compress(msgspec.json.encode(frames[key]), 9) for key in new]
        await tx.execute(_KEEP, [k[0] for k in new], [k[1] for k in new], texts)
