"""`doorstep preview`: a template filled in and written to files, with a made-up order or a real one."""

import asyncio
from datetime import UTC, datetime

import pytest

from doorstep.cli.merchants import add as add_merchant
from doorstep.cli.merchants import set_values
from doorstep.cli.preview import preview
from doorstep.errors import BadInputError, NotFoundError
from doorstep.messages import TEMPLATES
from doorstep.messages.shortening import SAMPLE


@pytest.fixture
def installation(database_url, monkeypatch, tmp_path):
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", database_url)
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))


@pytest.mark.parametrize("locale", ["en", "es"])
def test_every_template_is_written_with_a_made_up_order(locale, tmp_path):
    out = tmp_path / "seen.html"
    for template in TEMPLATES:
        assert preview(template, sample=True, locale=locale, out=out) == 0
        assert "<html" in out.read_text()
        assert (tmp_path / "seen.txt").read_text().startswith("Subject: ")
        assert f"https://parcels.example/s/{SAMPLE}" in (tmp_path / "seen.sms.txt").read_text()


def test_a_made_up_order_stands_as_its_template_says(tmp_path):
    for template, words in (
        ("partly_delivered", "1 of the 2 parcels of your order is there. The other one: Sample Post DEMO0002, on its way"),
        ("delivered", "Both parcels of your order are there."),
        ("ready_for_pickup", "Locker Plaza"),
    ):
        preview(template, sample=True, out=tmp_path / "seen.html")
        assert words in (tmp_path / "seen.txt").read_text()


@pytest.mark.usefixtures("installation")
def test_a_merchants_brand_is_on_the_sample(tmp_path):
    add_merchant("teapots", name="Tea and Pots")
    set_values("teapots", ["brand.colour=#123456"])
    preview("delivered", sample=True, merchant="teapots", out=tmp_path / "seen.html")
    seen = (tmp_path / "seen.html").read_text()
    assert "Tea and Pots" in seen
    assert "#123456" in seen


def order_in(database_url):
    from doorstep.domain.orders import Customer, Order, OrderLine
    from doorstep.domain.plugins import OrderSeen
    from doorstep.steps.connect import new_connection
    from doorstep.steps.order import Told, take_orders
    from doorstep.store import connections
    from doorstep.store.database import Database
    from doorstep.store.sealing import Sealer

    async def work():
        database = await Database.open(database_url)
        now = datetime.now(UTC)
        async with database.system() as tx:
            merchant = await connections.merchant_by_slug(tx, "teapots")
            shop = await connections.own(tx, Sealer(b"k" * 32), new_connection(merchant.merchant_id, "shop", "generic", "Shop", {}))
            order = Order(
                external_id="77",
                number="#1001",
                placed_at=now,
                customer=Customer(first_name="Ana", email="ana@customer.example"),
                lines=(OrderLine(line_id="1", name="Blue teapot"),),
                locale="es",
            )
            await take_orders(tx, [Told(merchant_id=merchant.merchant_id, connection_id=shop.connection_id, fact=OrderSeen(order))], now)
            found = await tx.fetchval("select order_id from orders")
        await database.close()
        return found

    return asyncio.run(work())


@pytest.mark.usefixtures("installation")
def test_a_real_order_is_found_by_id_and_by_number(tmp_path, database_url):
    add_merchant("teapots", name="Tea and Pots")
    number = order_in(database_url)
    for text in (str(number), "1001", "#1001"):
        out = tmp_path / "seen.html"
        preview("order_confirmed", order=text, out=out)
        assert "Blue teapot" in out.read_text()
        assert "Ana" in out.read_text()
        out.unlink()
    with pytest.raises(NotFoundError):
        preview("order_confirmed", order="#1002", out=tmp_path / "seen.html")


@pytest.mark.usefixtures("installation")
def test_what_cannot_be_previewed_is_told(tmp_path):
    with pytest.raises(BadInputError, match="--sample"):
        preview("delivered")
    with pytest.raises(BadInputError, match="delivered"):
        preview("delivred", sample=True, out=tmp_path / "seen.html")
    with pytest.raises(BadInputError, match="cannot be written"):
        preview("delivered", sample=True, out=tmp_path / "no" / "seen.html")
    with pytest.raises(BadInputError, match="--merchant"):
        preview("delivered", order="1", out=tmp_path / "seen.html")
