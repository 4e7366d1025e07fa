"""Hand-over rules, people and macros at the desk: written, shown again, refused with a sentence; and a stranger changes none of ours."""

import re

import pytest
from desk_clients import csrf_of, entered
from desk_inbox import colleague, macro, wrote
from page_shops import HOSTILE, fill

from doorstep.conversations.handing.routing import Priority
from doorstep.domain.talking.handovers import HandoverReason
from doorstep.domain.talking.inbox import CloseReason
from doorstep.steps.directory import Directory
from doorstep.steps.work import utc_now
from doorstep.store import agents, handovers, macros
from doorstep.store.database import Database
from doorstep.store.sealing import Sealer

FORM = {
    "zone": "Europe/Madrid",
    "day-1": "9:00-14:00, 16:00-20:00",
    "day-6": "10:00-14:00",
    "holidays": "2026-12-25\n2026-12-08",
    "queue-name-0": "support",
    "queue-title-0": "Support",
    "queue-first_minutes-0": "45",
    "queue-name-1": "vip",
    "route-queue-0": "vip",
    "route-reasons-0": "anger value",
    "route-intents-0": "refund claim.damaged",
    "route-languages-0": "ES",
    "route-worth-0": "200 EUR, 30000 JPY",
    "route-earlier_orders-0": "5",
    "route-priority-0": "0",
    "route-skill-0": "money",
    "anger": "0.5",
    "worth": "499.90 EUR",
    "repeated": "",
    "repeated_days": "9",
    "unsure": "3",
    "resume_hours": "12",
    "assign": "round_robin",
}


@pytest.fixture(scope="module")
async def shop(filled):
    """A shop of this file's own: these forms change it."""
    database = await Database.open(filled[0], most=4)
    made = await fill(database, Directory(Sealer(b"k" * 32), "https://doorstep.example"), "handing", "Hand & Over")
    await database.close()
    return made


@pytest.fixture
async def owner(app, house, shop):
    client = await entered(app, shop.owner)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


@pytest.fixture
async def stranger(app, house, theirs):
    client = await entered(app, theirs.owner)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


async def handing_of(house, shop):
    await house.directory.refresh(house.database, utc_now(), force=True)
    return house.directory.tenant(shop.merchant_id).handing


async def test_what_is_filled_in_is_what_holds_and_stands_there_again(owner, house, shop):
    assert (await owner.post("/desk/handing", data=owner.csrf | FORM)).headers["location"] == "/desk/handing?done=saved"
    handing = await handing_of(house, shop)
    assert [(span.days, span.opens, span.closes) for span in handing.hours.spans] == [
        ((1,), "09:00", "14:00"),
        ((1,), "16:00", "20:00"),
        ((6,), "10:00", "14:00"),
    ]
    assert [day.isoformat() for day in handing.hours.holidays] == ["2026-12-08", "2026-12-25"]
    assert [(one.name, one.title, one.first_minutes) for one in handing.queues] == [("support", "Support", 45), ("vip", "Vip", 60)]
    [route] = handing.routes
    assert (route.queue, route.priority, route.skill, route.earlier_orders) == ("vip", Priority.URGENT, "money", 5)
    assert route.reasons == (HandoverReason.ANGER, HandoverReason.VALUE)
    assert (route.intents, route.languages) == (("refund", "claim.damaged"), ("es",))
    assert route.value_minor == {"EUR": 20_000, "JPY": 30_000}
    rules = handing.rules
    assert (rules.anger, rules.value_minor, rules.repeated, rules.repeated_days) == (0.5, {"EUR": 49_990}, None, 9)
    assert (rules.unsure, rules.disputed, rules.resume_hours) == (3, False, 12)
    assert (handing.assign, handing.ask_csat) == ("round_robin", False)
    text = (await owner.get("/desk/handing")).text
    sent = {name: value for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', text) if name != "csrf"}
    again = FORM | {name: sent[name] for name in FORM if name in sent}
    await owner.post("/desk/handing", data=owner.csrf | again)
    assert await handing_of(house, shop) == handing


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"zone": "Mars"}, "is no time zone"),
        ({"day-1": "nine to five"}, "Monday: hours such as"),
        ({"day-1": "18:00-09:00"}, "Hours end after they begin"),
        ({"day-1": "09:00-25:00"}, "Monday: hours such as"),
        ({"holidays": "Christmas"}, "Holidays: days such as"),
        ({"queue-name-0": "", "queue-name-1": ""}, "at least one queue"),
        ({"queue-name-1": "support"}, "a name of its own"),
        ({"queue-name-1": HOSTILE}, "cannot be read"),
        ({"queue-first_minutes-0": "soon"}, "a whole number"),
        ({"queue-first_minutes-0": "0"}, "cannot be read"),
        ({"route-queue-0": "nowhere"}, "which is not there"),
        ({"route-reasons-0": "boredom"}, "boredom is no reason"),
        ({"route-worth-0": "much"}, "amounts such as"),
        ({"worth": "1.234 EUR"}, "amounts such as"),
        ({"worth": "5 EURO"}, "amounts such as"),
        ({"anger": "2"}, "cannot be read"),
        ({"anger": "very"}, "between 0 and 1"),
        ({"unsure": "0"}, "cannot be read"),
    ],
)
async def test_what_cannot_hold_is_refused_with_a_sentence_and_changes_nothing(owner, house, shop, wrong, said):
    before = await handing_of(house, shop)
    answer = await owner.post("/desk/handing", data=owner.csrf | FORM | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<img" not in answer.text
    assert await handing_of(house, shop) == before


async def test_what_a_colleague_speaks_and_can_do_is_kept(owner, house, shop):
    _, user_id = await colleague(house, shop, "kim")
    form = {"name": "Kim", "languages": "ES, de", "skills": "money law", "most": "3"}
    await owner.post(f"/desk/handing/agents/{user_id}", data=owner.csrf | form)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        one = await agents.one(tx, shop.merchant_id, user_id)
    assert (one.shown, one.languages, one.skills, one.most) == ("Kim", ("es", "de"), ("money", "law"), 3)
    assert (await owner.post(f"/desk/handing/agents/{user_id}", data=owner.csrf | form | {"most": "0"})).status_code == 422
    assert (await owner.post("/desk/handing/agents/999999", data=owner.csrf | form)).status_code == 404


async def test_a_macro_is_written_changed_and_removed(owner, house, shop):
    form = owner.csrf | {"name": "Greeting", "text-es": "Hola {customer}", "text-en": "Hello {customer}", "act": "close"}
    assert (await owner.post("/desk/macros", data=form)).headers["location"] == "/desk/macros?done=saved"
    text = (await owner.get("/desk/macros")).text
    macro_id = re.search(r"edit=(\d+)", text)[1]
    assert (await owner.post("/desk/macros", data=form)).status_code == 422
    for wrong in ({"name": ""}, {"text-es": "", "text-en": ""}, {"text-en": "Hello {customre}"}):
        answer = await owner.post("/desk/macros", data=form | {"name": "Another"} | wrong)
        assert answer.status_code == 422
    await owner.post(f"/desk/macros/{macro_id}", data=form | {"text-es": "", "act": ""})
    assert "Hello {customer}</textarea>" in (await owner.get(f"/desk/macros?edit={macro_id}")).text
    async with house.database.for_merchant(shop.merchant_id) as tx:
        row = await macros.one(tx, shop.merchant_id, int(macro_id))
    assert (row["texts"], row["act"]) == ('{"en":"Hello {customer}"}', "")
    await owner.post(f"/desk/macros/{macro_id}/drop", data=owner.csrf)
    assert (await owner.post(f"/desk/macros/{macro_id}/drop", data=owner.csrf)).status_code == 404
    assert (await owner.post(f"/desk/macros/{macro_id}", data=form)).status_code == 404


async def test_a_hole_that_nothing_filled_is_not_sent(owner, house, shop):
    talk = await wrote(house, shop, "+34600777001", "Hello")
    text = (await owner.get(f"/desk/inbox/{talk}")).text
    once = re.search(r'name="once" value="([^"]+)"', text)[1]
    answer = await owner.post(f"/desk/inbox/{talk}/answer", data=owner.csrf | {"once": once, "text": "About {order}"})
    assert answer.status_code == 422
    assert "Fill in {order} first" in answer.text


async def test_a_stranger_changes_no_rule_macro_or_colleague_of_ours_and_hears_nothing(stranger, owner, house, shop):
    macro_id = await macro(house, shop, "Ours", "Ours alone")
    email, user_id = await colleague(house, shop, "lou")
    talk = await wrote(house, shop, "+34600777002", "Hello")
    for path, form in {
        f"/desk/macros/{macro_id}": {"name": "x", "text-en": "forged"},
        f"/desk/macros/{macro_id}/drop": {},
        f"/desk/handing/agents/{user_id}": {"most": "1"},
        f"/desk/inbox/{talk}/take": {},
        f"/desk/inbox/{talk}/close": {"reason": "spam"},
    }.items():
        assert (await stranger.post(path, data=stranger.csrf | form)).status_code == 404, path
    for path in ("/desk/macros", "/desk/handing", "/desk/inbox?view=everything", "/desk/inbox?q=%2B34600777002"):
        text = (await stranger.get(path)).text
        assert "Ours" not in text
        assert email not in text
        assert f"/desk/inbox/{talk}" not in text
    async with house.database.for_merchant(shop.merchant_id) as tx:
        one = await handovers.open_of(tx, shop.merchant_id, talk)
    assert one.close_reason not in set(CloseReason)
