"""What customers hand in as photos: drawn anew or refused, counted, and forgotten where nothing came of them."""

import io
import struct
import zlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from steps_shop import NOON, Shop, order

from doorstep.steps.photos import LOOSE_FOR, MOST_BYTES, MOST_PHOTOS, NoPhoto, redraw, take
from doorstep.store import case_files, orders

SECRET = b"40.4168N 3.7038W"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **saved: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, 120 if mode == "L" else None).save(written, kind, **saved)
    return written.getvalue()


def told() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = 6  # lies on its side
    return exif


def drawn(sent: bytes) -> Image.Image:
    answer = redraw(sent)
    assert isinstance(answer, bytes), answer
    return Image.open(io.BytesIO(answer))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_drawn_upright_as_a_jpeg_that_tells_nothing_of_where_it_was_made(kind):
    sent = picture(kind, exif=told())
    assert SECRET in sent
    answer = redraw(sent)
    assert isinstance(answer, bytes)
    assert SECRET not in answer
    kept = Image.open(io.BytesIO(answer))
    assert (kept.format, kept.size) == ("JPEG", (30, 40))
    assert not kept.getexif()
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_is_hidden_behind_a_picture_does_not_go_on():
    answer = redraw(picture() + b"<script>alert(1)</script>")
    assert isinstance(answer, bytes)
    assert b"script" not in answer


@pytest.mark.parametrize("mode", ["L", "RGBA", "LA", "P", "1", "I;16"])
def test_every_kind_of_pixel_is_drawn(mode):
    assert drawn(picture("PNG", mode=mode)).mode == "RGB"


def test_a_large_photo_becomes_small():
    assert max(drawn(picture(size=(6000, 4000))).size) == 2048


def test_a_picture_that_is_far_larger_drawn_than_sent_is_refused_before_it_is_drawn():
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    assert redraw(bomb) in {NoPhoto.TOO_LARGE, NoPhoto.TYPE}
    assert redraw(picture("PNG", size=(8000, 4000), mode="1")) is NoPhoto.TOO_LARGE


def test_what_is_no_photo_is_refused_whatever_it_is_called():
    assert redraw(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic") is NoPhoto.HEIC
    assert redraw(b"GIF89a" + picture()[6:]) is NoPhoto.TYPE
    assert redraw(b'<svg xmlns="http://www.w3.org/2000/svg"/>') is NoPhoto.TYPE
    assert redraw(picture()[:200]) is NoPhoto.TYPE
    assert redraw(b"\xff\xd8\xff" + b"x" * MOST_BYTES) is NoPhoto.TOO_LARGE
    written = io.BytesIO()
    Image.new("RGB", (9, 9)).save(written, "BMP")
    assert redraw(written.getvalue()) is NoPhoto.TYPE


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(0, 400), st.binary(min_size=1, max_size=12))
def test_damaged_pictures_are_drawn_or_refused_and_never_an_error(kind, place, damage):
    sent = bytearray(picture(kind))
    sent[place : place + len(damage)] = damage
    assert isinstance(redraw(bytes(sent)), bytes | NoPhoto)


@given(st.binary(max_size=300))
def test_any_bytes_are_drawn_or_refused(sent):
    assert isinstance(redraw(sent), NoPhoto)


async def bought(shop: Shop) -> int:
    await shop.arrive(facts=[order("1001")])
    async with shop.database.system() as tx:
        [kept] = await orders.page(tx, shop.merchant_id)
    return kept.order_id


async def test_photos_are_kept_beside_their_order_and_no_more_than_there_is_room_for(shop: Shop):
    order_id = await bought(shop)
    sent = [picture()] * (MOST_PHOTOS + 1)
    answer = await take(shop.database, shop.merchant_id, order_id, [*sent[:2], b"no photo", *sent[2:]], "n1", NOON)
    assert len(answer.photos) == MOST_PHOTOS - 1
    assert answer.refused == (NoPhoto.TOO_MANY, NoPhoto.TYPE)
    async with shop.database.for_merchant(shop.merchant_id) as tx:
        kept = await case_files.read(tx, shop.merchant_id, order_id, answer.photos[0])
        assert kept is not None
        assert (kept.content_type, kept.case_id) == ("image/jpeg", None)
        assert await case_files.loose(tx, shop.merchant_id, order_id) == MOST_PHOTOS - 1


async def test_one_network_hands_in_only_so_many_an_hour(shop: Shop):
    order_id = await bought(shop)
    taken = [await take(shop.database, shop.merchant_id, order_id, [picture()] * 5, "n2", NOON) for _ in range(7)]
    assert sum(len(one.photos) for one in taken) == 25
    assert NoPhoto.SLOW in taken[-1].refused


async def test_photos_that_became_part_of_no_case_are_forgotten_after_a_day(shop: Shop):
    order_id = await bought(shop)
    answer = await take(shop.database, shop.merchant_id, order_id, [picture()] * 2, "n3", NOON)
    kept, lost = answer.photos
    async with shop.database.system() as tx:
        await case_files.adopt(tx, shop.merchant_id, order_id, 7, [kept])
        assert await case_files.sweep(tx, NOON + LOOSE_FOR - LOOSE_FOR - timedelta(seconds=1)) == 0
        assert await case_files.sweep(tx, NOON + timedelta(seconds=1)) == 1
        assert await case_files.read(tx, shop.merchant_id, order_id, lost) is None
        assert await case_files.photos_of(tx, shop.merchant_id, 7) == [kept]
