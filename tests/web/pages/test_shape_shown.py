"""An order in several parcels, each of another shape: on its page, on the desk and in the API."""

import re

import msgspec
import pytest
from desk_clients import entered
from shape_orders import CODE, NUMBER, POINT, fill_shape

from doorstep.domain.shipments import Piece
from doorstep.domain.vocabulary import Status
from doorstep.store import shipments
from doorstep.timeline import fold
from doorstep.web.api.shapes import shipment_shown
from doorstep.web.track.shape import pieces_shown
from doorstep.web.track.words import languages, words_for


@pytest.fixture
async def shaped(house, ours, client):  # the client closes the house's database
    del client
    if f"#LOOM-{NUMBER}" not in ours.order_tokens:
        await fill_shape(house.database, house.directory, ours)
    return ours


def plain(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_the_order_page_tells_every_parcels_shape(client, shaped):
    answer = await client.get(f"/o/{shaped.order_tokens[f'#LOOM-{NUMBER}']}")
    text = plain(answer.text)
    assert len(answer.content) < 50_000
    assert "Handed to UPS, who will deliver it under number LOOMH2." in text
    assert "Locker Plaza Inventada" in text
    assert CODE in text
    assert "Mon–Fri 8:00" in text  # noqa: RUF001 - a span is written so
    assert "2 of 3 parcels delivered" in text
    assert "2 of 6 parcels delivered" in text, "the pieces of a shipment count one by one"
    assert "Shipment 3 of 4" in text
    assert "On the way back to us" in text
    assert "1 of the 2 you ordered" in text
    assert "Still being prepared" in text


async def test_a_parcel_that_goes_back_stands_apart_behind_those_that_come(client, shaped):
    text = (await client.get(f"/o/{shaped.order_tokens[f'#LOOM-{NUMBER}']}")).text
    outbound, back = text.split('<h2 class="apart">')
    assert "LOOMR1" in back
    assert "LOOMM1" in outbound


async def test_each_scan_of_a_shipment_in_pieces_says_which_was_scanned(client, shaped):
    text = plain((await client.get(f"/t/{shaped.parcel_tokens['LOOMM1']}")).text)
    assert "Parcel 3 of 3: " in text.split("Every step so far")[0], "the one that is not there speaks for all"
    assert "Parcel 1 of 3 · Madrid" in text
    assert "Parcel 2 of 3 · Madrid" in text
    alone = plain((await client.get(f"/t/{shaped.parcel_tokens['LOOMP1']}")).text)
    assert "Parcel 1 of 1" not in alone


def test_each_piece_shows_its_own_point_with_its_code_only_while_it_waits():
    pieces = (Piece("N1", "gls", Status.READY_FOR_PICKUP), Piece("N2", "gls", Status.IN_TRANSIT), Piece("N3", "gls", Status.DELIVERED))
    folded = msgspec.structs.replace(fold(()), status=Status.READY_FOR_PICKUP, pieces=pieces)
    points = {"N1": POINT, "N2": msgspec.structs.replace(POINT, name="Shop 2", code=None, collect_by=None)}
    first, second, third = pieces_shown(folded, points, "Europe/Madrid", {}, words_for("en"))
    assert (first.pickup.name, first.pickup.code, first.pickup.waits) == ("Locker Plaza Inventada", CODE, True)
    assert (second.pickup.name, second.pickup.code, second.pickup.waits) == ("Shop 2", "", False)
    assert third.pickup is None


async def test_a_parcels_own_page_names_each_carrier_with_its_link(client, shaped):
    text = (await client.get(f"/t/{shaped.parcel_tokens['LOOMH1']}")).text
    assert "In whose hands" in text
    assert text.count("has it now") == 1
    assert re.search(r'href="https://[^"]*ups[^"]*LOOMH2', text)


async def test_spanish_readers_read_spanish(client, shaped):
    text = plain((await client.get(f"/o/{shaped.order_tokens[f'#LOOM-{NUMBER}']}?lang=es")).text)
    for words in (
        "Entregado a UPS, que lo repartirá con el número LOOMH2.",
        "2 de 3 bultos entregados",
        "De vuelta a nosotros",
        "Recógelo aquí",
    ):
        assert words in text


async def test_the_code_is_for_the_customer_alone(app, shaped):
    desk = await entered(app, shaped.owner)
    page = await desk.get(f"/desk/shipments/{shaped.parcel_ids['LOOMP1']}")
    assert "Locker Plaza Inventada" in page.text
    assert "the customer has a code" in page.text
    assert CODE not in page.text
    pieces = await desk.get(f"/desk/shipments/{shaped.parcel_ids['LOOMM1']}")
    assert "Parcel 3 of 3" in pieces.text


async def test_the_api_shows_legs_pieces_and_point_without_the_code(house, shaped):
    async with house.database.for_merchant(shaped.merchant_id) as tx:
        kept = await shipments.page(tx, shaped.merchant_id, order_id=shaped.order_ids[f"#LOOM-{NUMBER}"])
    shown = {one.tracking_number: shipment_shown(one, "https://parcels.example", None) for one in kept}
    assert CODE not in msgspec.json.encode(list(shown.values())).decode()
    assert (shown["LOOMP1"].pickup.name, shown["LOOMP1"].pickup.kind) == ("Locker Plaza Inventada", "locker")
    assert [(leg.carrier, leg.has_it) for leg in shown["LOOMH1"].legs] == [("dhl_parcel_de", False), ("ups", True)]
    assert [piece.status for piece in shown["LOOMM1"].pieces] == ["delivered", "delivered", "in_transit"]
    assert [leg.direction for leg in shown["LOOMR1"].legs] == ["outbound", "return"]


@pytest.mark.parametrize("language", sorted(languages()))
def test_no_sentence_of_a_page_ends_twice(language):
    words = words_for(language)
    holes = [
        (section, key, re.findall(r"{([a-z_]+)}", str(text)))
        for section, texts in words.texts.items()
        if isinstance(texts, dict)
        for key, text in texts.items()
    ]
    said = [words(f"{section}.{key}", **dict.fromkeys(names, "Acme Inc.")) for section, key, names in holes if names]
    assert said
    assert not [one for one in said if ".." in one]
