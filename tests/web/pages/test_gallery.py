"""The desk's gallery: a merchant's own wording on every channel, nobody else's, and nothing of it breaks out of its frame."""

import html
import re

import pytest
from desk_clients import entered
from page_shops import HOSTILE, fill

from doorstep.domain.pitfalls import PITFALL_KINDS
from doorstep.messages import TEMPLATES
from doorstep.messages.shortening import SAMPLE
from doorstep.store import connections
from doorstep.web.desk import doors

_MADE = iter(range(1000))
OWN = {
    "shipped/en/chat": "Hooray, {{ order.number }} sails from " + HOSTILE,
    "shipped/en/subject": "Hooray, it sails",
    "delayed/en/chat": "{{ order.number",
    "delivered/en/utility": "{{ order.number }} alone",
}


@pytest.fixture(autouse=True)
def _full_buckets():
    for bucket in (doors._NETWORKS, doors._EMAILS):
        bucket._left.clear()


@pytest.fixture
async def own(app, house):
    """The desk of a shop with wording of its own, and that of another."""
    shop = await fill(house.database, house.directory, f"own{next(_MADE)}", "Own & Words")
    async with house.database.for_merchant(shop.merchant_id) as tx:
        kept = await connections.merchant_to_change(tx, shop.merchant_id)
        kept.settings["templates"] = OWN
        await connections.set_merchant(tx, kept)
    client = await entered(app, shop.owner)
    yield client
    await client.aclose()
    await house.database.close()


async def test_it_shows_the_merchants_own_wording_and_name_and_what_is_wrong_with_it(own):
    page = (await own.get("/desk/gallery?channel=chat&language=en")).text
    assert page.count('<section class="card"') == len(TEMPLATES)
    assert f"Hooray, #1001 sails from {HOSTILE}" in html.unescape(page)
    assert HOSTILE not in page
    assert 'class="alert">line 1' in page
    mails = (await own.get("/desk/gallery?channel=email&language=en")).text
    assert "Hooray, it sails" in mails
    assert len(re.findall(r'<iframe src="/desk/gallery/[a-z_]+/shown\?[^"]+" title="[^"]+" sandbox="" loading="lazy">', mails)) == len(
        TEMPLATES
    )
    assert "Own &amp; Words" in (await own.get("/desk/gallery/shipped/shown")).text


async def test_a_stranger_sees_nothing_of_it(own, app, theirs):
    stranger = await entered(app, theirs.owner)
    for path in ("/desk/gallery?channel=chat", "/desk/gallery/shipped", "/desk/gallery/shipped/shown", "/desk/gallery?channel=email"):
        text = (await stranger.get(path)).text
        assert "Hooray" not in text, path
        assert "Own &amp; Words" not in text, path
    await stranger.aclose()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("of=problems&channel=sms&language=es", "El paquete se perdió"),
        ("channel=sms", "1 part · GSM-7"),
        ("channel=sms&language=en", f"/s/{SAMPLE}"),
        ("channel=whatsapp&language=en", "Approved beforehand"),
        ("channel=push&tone=warm&language=en", "Off it goes"),
        ("channel=chat&manner=rtl", "مكتبة النخيل"),
        ("channel=nonsense&language=xx&tone=loud&manner=odd&of=what", "Gallery"),
    ],
)
async def test_language_tone_channel_and_sample_can_be_chosen(own, query, said):
    answer = await own.get(f"/desk/gallery?{query}")
    assert answer.status_code == 200
    assert said in html.unescape(answer.text)
    if "problems" in query:
        assert answer.text.count('<section class="card"') == len(PITFALL_KINDS)


async def test_one_message_is_shown_on_every_channel_and_one_that_is_not_there_on_none(own):
    page = (await own.get("/desk/gallery/failed_attempt?language=en")).text
    for part in (
        "/shown?",
        "GSM-7",
        'class="phone whatsapp"',
        'class="phone messenger"',
        'class="phone chat"',
        'class="push"',
        "Another day",
    ):
        assert part in page, part
    for path in ("nonsense", "nonsense/shown", "shipped?pitfall=nonsense", "delayed%2fx", "delivery_problem/shown?pitfall=x"):
        assert (await own.get(f"/desk/gallery/{path}")).status_code == 404, path
