"""A fulfilment that names no carrier, or none we know → the carrier its number settles on, never a guess."""

from steps_shop import NOON, Shop, fulfilment, order

from doorstep.steps.connect import new_connection
from doorstep.store import connections


async def carriers_by(shop: Shop, *numbers: str) -> list[str]:
    return [(await shop.parcel(number)).carrier for number in numbers]


async def test_a_number_that_settles_names_the_carrier_the_shop_did_not(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "1Z5R89390357567127", "RB123456785GB"))])
    assert await carriers_by(shop, "1Z5R89390357567127", "RB123456785GB") == ["ups", "royalmail"]


async def test_a_number_that_stays_open_leaves_the_carrier_unknown(shop: Shop) -> None:
    await shop.arrive(facts=[order("1", fulfilment("f", "N1", "986578788855", "TBA000000000000", "RB123456785CV"))])
    assert await carriers_by(shop, "N1", "986578788855", "TBA000000000000", "RB123456785CV") == ["unknown"] * 4


async def test_the_shops_word_counts_if_we_know_the_carrier_and_else_the_number(shop: Shop) -> None:
    numbers = ["1Z5R89390357567127", "1Z879E930346834440", "N2"]
    await shop.arrive(
        facts=[order("1", fulfilment("f", numbers[0], carrier="GLS"), fulfilment("g", *numbers[1:], carrier="Standard Shipping"))]
    )
    assert await carriers_by(shop, *numbers) == ["gls", "ups", "standard_shipping"]


async def test_the_merchants_own_carrier_decides_what_would_be_open(shop: Shop) -> None:
    async with shop.database.system() as tx:
        fedex = new_connection(shop.merchant_id, "carrier", "fedex", "FedEx", {"security_token": "t"})
        await connections.connect(tx, shop.directory.sealer, fedex, frozenset({"security_token"}))
    await shop.arrive(facts=[order("1", fulfilment("f", "986578788855"))])
    assert await carriers_by(shop, "986578788855") == ["fedex"]


async def test_a_partners_file_counts_under_the_carrier_its_connection_names(shop: Shop) -> None:
    async with shop.database.system() as tx:
        partner = new_connection(shop.merchant_id, "carrier", "edifact_iftsta", "Forwarder", {"carrier": "Acme Freight"})
        shop.connected["partner"] = await connections.connect(tx, shop.directory.sealer, partner, frozenset())
    await shop.directory.refresh(shop.database, NOON, force=True)
    await shop.post("partner", b"UNH+1+IFTSTA:D:96A:UN'CNI+1+C1'STS+1+21'DTM+334:202611220900:203'UNT+5+1'")
    await shop.work()
    found = await shop.parcel("C1")
    assert (found.carrier, found.folded and found.folded.status) == ("acme_freight", "delivered")
