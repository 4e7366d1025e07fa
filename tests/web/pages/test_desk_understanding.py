"""The understanding at the desk: phrases in, a draft trained and judged, put live, and back; never another shop's."""

import itertools

import pytest
from desk_clients import csrf_of, entered
from page_shops import fill

from doorstep.errors import BadInputError
from doorstep.steps import teaching
from doorstep.steps.work import utc_now
from doorstep.store import intent_models

_MADE = itertools.count()
PHRASES = ["engrave my name", "can you put a name on it", "engraving please", "i want an engraved ring", "what may be engraved <b>"]


@pytest.fixture(autouse=True)
def _without_the_encoder(monkeypatch):
    """The core alone: it is as good for this, and a second quicker."""
    monkeypatch.setattr(teaching, "mending_encoder", lambda: None)


@pytest.fixture
async def shop(house):
    return await fill(house.database, house.directory, f"teach{next(_MADE)}", "Words & <Co>")


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = await csrf_of(client)
    yield client
    await client.aclose()


async def _model_of(house, shop):
    """What the shop's talks understand with, once the directory has heard of it."""
    await house.directory.refresh(house.database, utc_now(), force=True)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return await teaching.model_of(tx, house.directory.tenant(shop.merchant_id))


async def test_phrases_become_a_draft_that_is_judged_put_live_and_taken_back(owner, house, shop):
    first = (await owner.get("/desk/understanding")).text
    assert "built-in model" in first
    assert "No version yet" in first
    form = {"csrf": owner.csrf, "label": "own.engraving", "phrases": "\n".join(PHRASES)}
    answer = await owner.post("/desk/understanding/phrases", data=form)
    assert answer.headers["location"] == "/desk/understanding?saved=phrases"
    page = (await owner.get("/desk/understanding?label=own.engraving")).text
    assert "You have 5 phrases" in page
    assert "what may be engraved &lt;b&gt;" in page

    answer = await owner.post("/desk/understanding/train", data={"csrf": owner.csrf})
    assert answer.headers["location"] == "/desk/understanding/1"
    page = (await owner.get("/desk/understanding/1?try=can+i+get+it+engraved")).text
    assert "draft" in page
    assert "takes 0.0 % of them as you labelled them" in page
    assert "own.engraving" in page[page.index("By this version") :]

    answer = await owner.post("/desk/understanding/1/live", data={"csrf": owner.csrf})
    assert answer.headers["location"] == "/desk/understanding?saved=live"
    assert "version 1</a>, trained on your own phrases" in (await owner.get("/desk/understanding")).text
    assert (await _model_of(house, shop)).model.read("engrave it please", None).first == "own.engraving"

    await owner.post("/desk/understanding/0/live", data={"csrf": owner.csrf})
    page = (await owner.get("/desk/understanding")).text
    assert "with the built-in model" in page
    assert "retired" in page
    assert "Go back to it" in (await owner.get("/desk/understanding/1")).text


async def test_csv_is_pasted_and_a_bad_line_is_named(owner, house, shop):
    form = {"csrf": owner.csrf, "label": ""}
    answer = await owner.post(
        "/desk/understanding/phrases", data=form | {"phrases": 'text,label\n"bin it, please",order.cancel\nbin that,order.cancel'}
    )
    assert answer.status_code == 303
    async with house.database.for_merchant(shop.merchant_id) as tx:
        kept = await intent_models.utterances(tx, shop.merchant_id, 9)
    assert [(one.text, one.label, one.source) for one in kept] == [
        ("bin it, please", "order.cancel", "file"),
        ("bin that", "order.cancel", "file"),
    ]
    for wrong, said in (
        ("bin it", "Line 1"),
        ("bin it,order.cancel\n?,order.cancel", "Line 2"),
        ("x,Not A Label!", "Line 1"),
        ("", "no line"),
    ):
        answer = await owner.post("/desk/understanding/phrases", data=form | {"phrases": wrong})
        assert answer.status_code == 422
        assert said in answer.text


async def test_a_phrase_is_forgotten_once(owner):
    await owner.post("/desk/understanding/phrases", data={"csrf": owner.csrf, "label": "order.cancel", "phrases": "bin it"})
    form = {"csrf": owner.csrf, "text": "bin it"}
    assert (await owner.post("/desk/understanding/drop", data=form)).status_code == 303
    assert (await owner.post("/desk/understanding/drop", data=form)).status_code == 404


async def test_nothing_cannot_be_trained_on_and_nothing_be_put_live(owner):
    answer = await owner.post("/desk/understanding/train", data={"csrf": owner.csrf})
    assert answer.status_code == 422
    assert "no phrases" in answer.text
    for far in ("/desk/understanding/7", "/desk/understanding/99999999999999"):
        assert (await owner.get(far)).status_code == 404
    assert (await owner.post("/desk/understanding/7/live", data={"csrf": owner.csrf})).status_code == 404


async def test_a_model_of_another_release_is_not_used(owner, house, shop):
    now = utc_now()
    other = intent_models.NewModel(
        trained_at=now,
        trained_by="user 7",
        utterances=1,
        taught_with="w",
        upon="an older one",
        artefact=b"old",
        judged=b'{"utterances":1,"right_before":0,"right_after":1,"confusions":[],"differing":[]}',
    )
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await intent_models.keep(tx, shop.merchant_id, other)
        with pytest.raises(BadInputError, match="another release"):
            await teaching.put_live(tx, shop.merchant_id, 1, "user 7", now)
        await intent_models.go_live(tx, shop.merchant_id, 1, now)
    assert (await _model_of(house, shop)).version.startswith("builtin-")
    assert "of another release" in (await owner.get("/desk/understanding")).text


async def test_another_shops_phrases_and_versions_are_not_shown_nor_put_live(app, house, owner):
    other = await fill(house.database, house.directory, f"teach{next(_MADE)}", "Other")
    async with house.database.for_merchant(other.merchant_id) as tx:
        await teaching.add(tx, other.merchant_id, [("theirs only", "own.theirs")], "desk", "user 7", utc_now())
    number = await teaching.train(house.database, other.merchant_id, "user 7", utc_now())
    assert "own.theirs" not in (await owner.get("/desk/understanding?label=own.theirs")).text.replace('value="own.theirs"', "").replace(
        "phrases for own.theirs", ""
    )
    assert (await owner.get(f"/desk/understanding/{number}")).status_code == 404
    assert (await owner.post(f"/desk/understanding/{number}/live", data={"csrf": owner.csrf})).status_code == 404


async def test_who_may_only_see_changes_nothing(app, house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await teaching.add(tx, shop.merchant_id, [("bin it", "order.cancel")], "desk", "user 7", utc_now())
    member = await entered(app, shop.member)
    csrf = await csrf_of(member)
    page = (await member.get("/desk/understanding")).text
    assert "Train a draft" not in page
    assert (await member.post("/desk/understanding/train", data={"csrf": csrf})).status_code == 403
    await member.aclose()
