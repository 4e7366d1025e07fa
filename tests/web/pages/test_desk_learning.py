"""How talks went and what is to be learnt, at the desk: shown with its definitions, accepted, dismissed; never another shop's."""

import csv
import io
import itertools
from datetime import timedelta

import pytest
from desk_clients import csrf_of, entered
from page_shops import fill

from doorstep.conversations.learning import Proposed
from doorstep.domain.talking.learning import Change, ChangeKind, Kind
from doorstep.steps.work import utc_now
from doorstep.store import contacts, intent_models, learning
from doorstep.store.contacts import Contacted

_MADE = itertools.count()
PHRASES = Proposed(
    key="corrected:track.late:walkabout",
    kind=Kind.CORRECTED,
    name="went walkabout",
    size=3,
    examples=("my thing went <b>walkabout</b>", "it went walkabout"),
    change=Change(kind=ChangeKind.PHRASES, label="track.late", phrases=("my thing went walkabout", "it went walkabout")),
)
ARTICLE = Proposed(
    key="unanswered::engrave",
    kind=Kind.UNANSWERED,
    name="engrave · rings",
    size=5,
    examples=("Do you engrave the rings?",),
    change=Change(
        kind=ChangeKind.KNOWLEDGE, title="Do you engrave the rings?", draft="Yes, up to 20 letters.", language="en", conversations=(1,)
    ),
)
POLICY = Proposed(
    key="refused:open_return:window",
    kind=Kind.REFUSED,
    name="open return: window",
    size=41,
    examples=(),
    change=Change(kind=ChangeKind.POLICY, action="open_return", code="window"),
)


@pytest.fixture
async def shop(house):
    """A shop with two contacts a fortnight ago, one of them again, and three proposals."""
    made = await fill(house.database, house.directory, f"learn{next(_MADE)}", "Learn & <Co>")
    now = utc_now()
    async with house.database.for_merchant(made.merchant_id) as tx:
        for after in (timedelta(), timedelta(days=1)):
            at = now - timedelta(days=14) + after
            one = Contacted(
                conversation_id=1,
                person=-1,
                subject="parcel",
                order_id=None,
                talk="where",
                at=at,
                sitting_at=at,
                answered=True,
                answered_at=at,
            )
            await contacts.add(tx, made.merchant_id, one, timedelta(days=7))
        for proposal in (PHRASES, ARTICLE, POLICY):
            await learning.propose(tx, made.merchant_id, now.date(), proposal, now)
    return made


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = await csrf_of(client)
    yield client
    await client.aclose()


async def ids(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return {one.kind: one.proposal_id for one in await learning.listed(tx, shop.merchant_id, ["proposed"], 9)}


async def test_each_figure_stands_with_what_it_counts(owner):
    page = (await owner.get("/desk/talks/figures")).text
    assert "100.0%" in page
    assert "0 of 1" in page  # the first contact was not solved: its customer came back
    assert "1 of 2" in page
    assert "First-contact resolution: answered" in page
    answer = await owner.get("/desk/talks/figures.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["by"], row["key"], row["contacts"], row["come_back"]) for row in rows] == [
        ("all", "", "2", "1"),
        ("subject", "parcel", "2", "1"),
        ("talk", "where", "2", "1"),
    ]
    assert (await owner.get("/desk/talks/figures?from=2026-02-02&to=2026-01-01")).status_code == 422


async def test_phrases_are_learnt_with_a_click(owner, house, shop):
    page = (await owner.get("/desk/learning")).text
    assert "went &lt;b&gt;walkabout&lt;/b&gt;" in page
    number = (await ids(house, shop))[Kind.CORRECTED]
    answer = await owner.post(f"/desk/learning/{number}/accept", data={"csrf": owner.csrf})
    assert answer.headers["location"] == "/desk/learning?done=phrases"
    async with house.database.for_merchant(shop.merchant_id) as tx:
        assert await intent_models.counts(tx, shop.merchant_id) == {"track.late": 2}
    assert "not over" in (await owner.get("/desk/learning?done=phrases")).text
    assert (await owner.post(f"/desk/learning/{number}/accept", data={"csrf": owner.csrf})).status_code == 409


async def test_an_article_is_opened_with_what_a_colleague_answered(owner, house, shop):
    number = (await ids(house, shop))[Kind.UNANSWERED]
    answer = await owner.post(f"/desk/learning/{number}/accept", data={"csrf": owner.csrf})
    assert answer.headers["location"] == f"/desk/knowledge/new?proposes={number}"
    form = (await owner.get(answer.headers["location"])).text
    assert "Do you engrave the rings?" in form
    assert "Yes, up to 20 letters." in form


async def test_what_is_dismissed_is_gone_from_the_page(owner, house, shop):
    number = (await ids(house, shop))[Kind.REFUSED]
    assert "41 times" in (await owner.get("/desk/learning")).text
    await owner.post(f"/desk/learning/{number}/dismiss", data={"csrf": owner.csrf})
    assert "41 times" not in (await owner.get("/desk/learning")).text


async def test_a_stranger_sees_and_decides_nothing_of_it(app, house, shop, theirs):
    stranger = await entered(app, theirs.owner)
    csrf = {"csrf": await csrf_of(stranger)}
    assert "walkabout" not in (await stranger.get("/desk/learning")).text
    assert "Nobody wrote in these weeks." in (await stranger.get("/desk/talks/figures?from=2026-01-05&to=2026-01-05")).text
    for number in (await ids(house, shop)).values():
        assert (await stranger.post(f"/desk/learning/{number}/accept", data=csrf)).status_code == 404
        assert (await stranger.post(f"/desk/learning/{number}/dismiss", data=csrf)).status_code == 404
        assert (await stranger.get(f"/desk/knowledge/new?proposes={number}")).status_code == 404
    assert len(await ids(house, shop)) == 3
    await stranger.aclose()
