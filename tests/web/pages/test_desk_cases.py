"""The desk's cases: the queue, one screen for each, every decision, its guards and what is written down; a stranger sees nothing."""

import asyncio
import re

import pytest
from desk_cases import PIXEL, damage, dear_return, rescheduled
from desk_clients import csrf_of, entered
from page_shops import HOSTILE, NOW, PASSWORD, fill

from doorstep.domain.actions.kinds import CaseState
from doorstep.store import access, cases, desk
from doorstep.web.desk.roles import Role


@pytest.fixture
async def shop(house, request):
    """A shop of each test's own, so that no other test's cases stand in its queue."""
    slug = "c" + re.sub(r"[^a-z0-9]", "", request.node.name.lower())[-18:]
    made = await fill(house.database, house.directory, slug, "Case & Co")
    async with house.database.system() as tx:
        for role in (Role.OPERATIONS, Role.READ_ONLY, Role.MARKETING):
            await access.add_user(tx, made.merchant_id, f"{role}@{slug}.example", PASSWORD, role)
    return made


@pytest.fixture
async def agent(app, shop):
    """Somebody of support, with the token of the session."""
    client = await entered(app, shop.member)
    client.csrf = {"csrf": await csrf_of(client)}
    yield client
    await client.aclose()


async def boss_of(app, shop, role="operations"):
    client = await entered(app, f"{role}@{shop.slug}.example")
    client.csrf = {"csrf": await csrf_of(client)}
    return client


def seen_in(text):
    return re.search(r'name="seen" value="([0-9a-f]+)"', text)[1]


async def say(client, case, form, **typed):
    """Fill a form of a case's page in as it stands now, and send it."""
    page = (await client.get(f"/desk/cases/{case.case_id}")).text
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    return await client.post(f"/desk/cases/{case.case_id}/{form}", data=client.csrf | {"seen": seen[1] if seen else ""} | typed)


async def state_of(house, shop, case):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return (await cases.read(tx, [(shop.merchant_id, case.case_id)]))[shop.merchant_id, case.case_id].case


async def noted(house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return [(row["action"], row["email"], row["detail"]) for row in await desk.changes(tx, shop.merchant_id)]


async def test_the_queue_holds_what_waits_and_finds_a_case_by_its_number_order_and_address(agent, house, shop):
    case, claim, change = await dear_return(house, shop), await damage(house, shop), await rescheduled(house, shop)
    text = (await agent.get("/desk/cases")).text
    assert case.case.rma in text
    assert claim.case.rma in text
    assert change.case.rma not in text
    assert "worth more than the policy decides alone" in text
    assert change.case.rma in (await agent.get("/desk/cases?tab=open")).text
    assert change.case.rma in (await agent.get("/desk/cases?tab=errands")).text
    assert case.case.rma not in (await agent.get("/desk/cases?tab=overdue")).text
    only = (await agent.get("/desk/cases?tab=decide&kind=claim")).text
    assert claim.case.rma in only
    assert case.case.rma not in only
    for words in (case.case.rma, f"{shop.slug}-1002", f"{shop.slug}-1002@mail.example"):
        found = (await agent.get("/desk/cases", params={"q": words})).text
        assert case.case.rma in found
        assert claim.case.rma not in found
    assert "Nothing here" in (await agent.get("/desk/cases?tab=ended")).text
    overview = (await agent.get("/desk")).text
    assert re.search(r'<a href="/desk/cases\?tab=decide">\s*2\s*</a>', overview)


@pytest.mark.parametrize(
    "query", ["tab=x", "kind=x", "after=x", "after=1.x", "after=99999999999999999999.1", "before=x", "q=%00", "q=" + "a" * 900]
)
async def test_any_question_to_the_queue_is_answered(agent, query):
    assert (await agent.get(f"/desk/cases?{query}")).status_code == 200


async def test_one_screen_shows_lines_money_verdict_parcels_customer_and_steps(agent, house, shop):
    case = await dear_return(house, shop)
    text = (await agent.get(f"/desk/cases/{case.case_id}")).text
    for shown in (
        "Oak desk lamp",
        "darker than in the picture",
        "450.00 EUR",
        "It is worth more than the policy decides alone.",
        f"A1002{shop.slug.upper()}",
        "Delivered to the recipient",
        "Opened",
        "by customer",
        f"{shop.slug}-1002@mail.example",
        "The customer would get",
    ):
        assert shown in text, shown
    assert "<script" not in text


async def test_a_photo_is_shown_to_who_may_see_it_as_a_picture_and_nothing_else(agent, house, shop, app, theirs):
    claim = await damage(house, shop)
    page = (await agent.get(f"/desk/cases/{claim.case_id}")).text
    link = re.search(rf'src="(/desk/cases/{claim.case_id}/photos/\d+)"', page)[1]
    answer = await agent.get(link)
    assert (answer.content, answer.headers["content-type"]) == (PIXEL, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    other = await dear_return(house, shop)
    assert (await agent.get(link.replace(f"/{claim.case_id}/", f"/{other.case_id}/"))).status_code == 404
    assert (await agent.get(link + "9")).status_code == 404
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await tx.execute("update case_file set content_type = 'text/html' where merchant_id = $1", shop.merchant_id)
    assert (await agent.get(link)).status_code == 404
    stranger = await entered(app, theirs.owner)
    assert (await stranger.get(link)).status_code == 404
    await stranger.aclose()


async def test_photos_that_came_in_another_way_are_put_to_a_case_drawn_anew(agent, app, house, shop, theirs):
    case = await dear_return(house, shop)
    path = f"/desk/cases/{case.case_id}/photos"
    marked = PIXEL + b"<script>alert(1)</script>"
    added = await agent.post(
        path, data=agent.csrf, files=[("photo", ("a.png", marked, "image/png")), ("photo", ("b.png", PIXEL, "image/png"))]
    )
    assert added.headers["location"] == f"/desk/cases/{case.case_id}?done=photos"
    page = (await agent.get(f"/desk/cases/{case.case_id}")).text
    links = re.findall(rf'src="({path}/\d+)"', page)
    assert len(links) == 2
    assert "2 photos put to it" in page
    shown = await agent.get(links[0])
    assert shown.headers["content-type"] == "image/jpeg"
    assert b"script" not in shown.content
    refused = await agent.post(path, data=agent.csrf, files=[("photo", ("c.png", b"<svg onload=alert(1)>", "image/png"))])
    assert (refused.status_code, "JPEG, PNG or WebP" in refused.text) == (422, True)
    assert (await agent.post(path, data=agent.csrf)).status_code == 422
    stranger = await entered(app, theirs.owner)
    csrf = {"csrf": await csrf_of(stranger)}
    assert (await stranger.post(path, data=csrf, files=[("photo", ("a.png", PIXEL, "image/png"))])).status_code == 404
    await stranger.aclose()
    reader = await boss_of(app, shop, "read_only")
    assert (await reader.post(path, data=reader.csrf, files=[("photo", ("a.png", PIXEL, "image/png"))])).status_code == 403
    await reader.aclose()
    assert len((await state_of(house, shop, case)).photos) == 2


async def test_yes_no_and_in_part_are_done_once_noted_and_lead_back_with_a_word(agent, house, shop):
    one, two, three = await dear_return(house, shop), await damage(house, shop), await damage(house, shop, line_id="3")
    answer = await say(agent, one, "approve")
    assert answer.headers["location"] == f"/desk/cases/{one.case_id}?done=approved"
    assert "The customer is told" in (await agent.get(answer.headers["location"])).text
    assert (await state_of(house, shop, one)).state is CaseState.APPROVED
    assert (await say(agent, two, "refuse", code="not_eligible", words="The seam was cut.")).status_code == 303
    refused = await state_of(house, shop, two)
    assert (refused.state, refused.decision) == (CaseState.REFUSED, "not_eligible: The seam was cut.")
    part = await say(agent, three, "part", **{"units-3": "1", "percent": "50", "words": "It can be mended."})
    assert part.status_code == 303, part.text
    kept = await state_of(house, shop, three)
    assert (kept.state, kept.refund.amount_minor) == (CaseState.APPROVED, 22_500)
    written = await noted(house, shop)
    for action in ("approve_case", "refuse_case", "approve_case_partly"):
        assert (action, shop.member) in [(one, email) for one, email, _ in written]


async def test_the_customer_reads_why_on_the_own_page_in_words_and_never_a_code(agent, client, house, shop):
    case, other = await dear_return(house, shop), await damage(house, shop)
    await say(agent, case, "refuse", code="not_eligible", words="The seam was cut.")
    await say(agent, other, "part", **{"units-2": "1", "percent": "50", "words": "It can be mended."})
    page = (await client.get(f"/o/{shop.order_tokens[f'#{shop.slug}-1002']}/cases/{case.case_id}")).text
    assert "The seam was cut." in page
    assert "not_eligible" not in page
    page = (await client.get(f"/o/{shop.order_tokens[f'#{shop.slug}-1005']}/cases/{other.case_id}")).text
    assert "It can be mended." in page


async def test_what_is_missing_in_a_form_is_said_beside_it_and_what_was_typed_stays(agent, house, shop):
    case = await dear_return(house, shop)
    for form, typed, said in (
        ("refuse", {"code": "", "words": " "}, "Tell the customer why"),
        ("part", {"units-1": "1", "words": "why not"}, "Say of what, or how much"),
        ("part", {"units-1": "1", "amount": "9999", "words": "why not"}, "at most 450.00 EUR"),
        ("part", {"units-1": "1", "amount": "much", "words": "why not"}, "decimal number"),
        ("part", {"units-1": "x", "words": "why not"}, "whole number"),
        ("part", {"units-1": "0", "words": "why not"}, "Choose at least one unit"),
        ("ask", {"words": ""}, "Say what is missing"),
        ("note", {"why": ""}, "Write the note first"),
    ):
        answer = await say(agent, case, form, **typed)
        assert answer.status_code == 422, (form, answer.status_code)
        assert said in answer.text, (form, typed)
    assert ">why not</textarea>" in (await say(agent, case, "part", **{"units-1": "0", "words": "why not"})).text
    assert (await say(agent, case, "received")).status_code == 409
    assert (await state_of(house, shop, case)).state is CaseState.REQUESTED


async def test_of_two_agents_the_second_hears_that_the_first_was_faster(agent, app, house, shop):
    case = await dear_return(house, shop)
    other = await boss_of(app, shop)
    seen = seen_in((await agent.get(f"/desk/cases/{case.case_id}")).text)
    path = f"/desk/cases/{case.case_id}"
    answers = await asyncio.gather(
        agent.post(f"{path}/approve", data=agent.csrf | {"seen": seen}),
        other.post(f"{path}/refuse", data=other.csrf | {"seen": seen, "words": "no"}),
    )
    assert sorted(one.status_code for one in answers) == [303, 409]
    late = next(one for one in answers if one.status_code == 409)
    assert "Somebody was faster" in late.text
    async with house.database.for_merchant(shop.merchant_id) as tx:
        told = (await cases.events(tx, shop.merchant_id, [case.case_id]))[case.case_id]
    assert len(told) == 2
    await other.aclose()


async def test_only_who_may_overrides_the_policy_and_gives_the_reason(agent, app, house, shop):
    case = await dear_return(house, shop)
    assert "Override the policy" not in (await agent.get(f"/desk/cases/{case.case_id}")).text
    assert (await say(agent, case, "override", keeps="stay", why="kind")).status_code == 403
    boss = await boss_of(app, shop)
    assert "Override the policy" in (await boss.get(f"/desk/cases/{case.case_id}")).text
    assert (await say(boss, case, "override", keeps="stay", why="")).status_code == 422
    assert (await say(boss, case, "override", remedy="refund", why="kind")).status_code == 422
    assert (await say(boss, case, "override", keeps="stay", remedy="store_credit", why="a good customer")).status_code == 303
    kept = await state_of(house, shop, case)
    assert (kept.keeps, kept.remedy, kept.state) == (True, "store_credit", CaseState.APPROVED)
    assert ("override_case", f"case {case.case_id}, {case.case.rma}: a good customer") in [(a, d) for a, _, d in await noted(house, shop)]
    await boss.aclose()


async def test_goods_come_back_are_looked_at_and_paid_for(agent, house, shop):
    case = await dear_return(house, shop)
    await say(agent, case, "approve")
    assert (await say(agent, case, "received")).status_code == 303
    found = {"received-1": "1", "disposition-1": "refurbish", "condition-1": "used", "percent-1": "80", "note-1": "worn"}
    assert (await say(agent, case, "inspect", **(found | {"disposition-1": "eat"}))).status_code == 422
    assert (await say(agent, case, "inspect", **(found | {"received-1": "2"}))).status_code == 422
    assert (await say(agent, case, "inspect", **found)).status_code == 303
    kept = await state_of(house, shop, case)
    assert (kept.lines[0].granted_percent, kept.lines[0].inspection_note) == (80, "worn")
    assert (kept.state, kept.refund.amount_minor) == (CaseState.SETTLING, 36_000)
    assert (await say(agent, case, "close", why="the bank says so")).status_code == 303
    forms = re.findall(r'<form method="post" action="/desk/cases/\d+/(\w+)"', (await agent.get(f"/desk/cases/{case.case_id}")).text)
    assert set(forms) - {"errands"} == {"note"}
    async with house.database.system() as tx:
        paid = await tx.fetchrow("select amount_minor, refund, case_id from payment where merchant_id = $1", shop.merchant_id)
        asked = await tx.fetch("select kind, state from errand where merchant_id = $1 and kind = 'refund'", shop.merchant_id)
    assert tuple(paid) == (36_000, True, case.case_id)
    assert [tuple(row) for row in asked] == [("refund", "done")]  # nobody pays it once more


async def test_what_others_said_of_an_errand_is_noted_and_ends_the_case(agent, app, house, shop, theirs):
    case, other = await rescheduled(house, shop), await rescheduled(house, shop, "1009")
    page = (await agent.get(f"/desk/cases/{case.case_id}")).text
    path = re.search(rf'action="(/desk/cases/{case.case_id}/errands/\d+)"', page)[1]
    stranger = await entered(app, theirs.owner)
    csrf = {"csrf": await csrf_of(stranger)}
    assert (await stranger.post(path, data=csrf | {"done": "1"})).status_code == 404
    await stranger.aclose()
    foreign = path.replace(f"/cases/{case.case_id}/", f"/cases/{other.case_id}/")
    assert (await agent.post(foreign, data=agent.csrf | {"done": "1"})).status_code == 404
    assert (await agent.post(path, data=agent.csrf | {"done": "perhaps"})).status_code == 400
    assert (await agent.post(path, data=agent.csrf | {"done": "0", "why": "The driver is at the door."})).status_code == 303
    refused = await state_of(house, shop, case)
    assert (refused.state, refused.decision) == (CaseState.REFUSED, "The driver is at the door.")
    late = await agent.post(path, data=agent.csrf | {"done": "1"})
    assert (late.status_code, "refused already" in late.text) == (409, True)
    assert (await say(agent, other, "close", why="the depot called")).status_code == 303
    assert (await state_of(house, shop, other)).state is CaseState.CLOSED
    async with house.database.system() as tx:
        states = [
            row["state"] for row in await tx.fetch("select state from errand where merchant_id = $1 order by errand_id", shop.merchant_id)
        ]
    assert states == ["refused", "done"]


async def test_asking_for_more_and_a_note_leave_the_case_where_it_is(agent, house, shop):
    case = await dear_return(house, shop)
    assert (await say(agent, case, "note", why="Called her, she is kind.")).status_code == 303
    assert (await say(agent, case, "ask", words="A photo of the seam, please.")).status_code == 303
    text = (await agent.get(f"/desk/cases/{case.case_id}")).text
    assert "Called her, she is kind." in text
    assert "asked for more: A photo of the seam, please." in text
    assert "asked the customer for more" in (await agent.get("/desk/cases")).text
    assert (await state_of(house, shop, case)).state is CaseState.REQUESTED
    async with house.database.system() as tx:
        query = "select text from message where merchant_id = $1 and trigger = 'case.more_asked'"
        assert "photo of the seam" in await tx.fetchval(query, shop.merchant_id)


async def test_the_customer_calls_it_off_by_telephone(agent, house, shop):
    case = await dear_return(house, shop)
    assert (await say(agent, case, "cancel", why="keeps it")).status_code == 303
    assert (await state_of(house, shop, case)).state is CaseState.CANCELLED
    assert case.case.rma in (await agent.get("/desk/cases?tab=ended")).text


async def test_who_only_reads_sees_a_case_without_any_form_and_marketing_sees_none(app, house, shop):
    case = await dear_return(house, shop)
    reader, writer = await boss_of(app, shop, "read_only"), await boss_of(app, shop, "marketing")
    text = (await reader.get(f"/desk/cases/{case.case_id}")).text
    assert set(re.findall(r'<form method="post" action="([^"]+)"', text)) == {"/desk/logout"}
    assert (await reader.post(f"/desk/cases/{case.case_id}/approve", data=reader.csrf)).status_code == 403
    for path in ("/desk/cases", f"/desk/cases/{case.case_id}"):
        assert (await writer.get(path)).status_code == 403
    assert "/desk/cases" not in (await writer.get("/desk")).text
    await reader.aclose()
    await writer.aclose()


async def test_a_stranger_sees_and_decides_nothing_of_ours(app, house, shop, theirs):
    case = await damage(house, shop)
    stranger = await entered(app, theirs.owner)
    csrf = {"csrf": await csrf_of(stranger)}
    assert (await stranger.get(f"/desk/cases/{case.case_id}")).status_code == 404
    for words in (case.case.rma, f"{shop.slug}-1005", f"{shop.slug}-1005@mail.example"):
        assert "0 found" in (await stranger.get("/desk/cases", params={"q": words})).text
    for tab in ("decide", "open", "all"):
        assert case.case.rma not in (await stranger.get(f"/desk/cases?tab={tab}")).text
    for form in ("approve", "part", "override", "refuse", "ask", "received", "inspect", "settle", "close", "cancel", "note"):
        typed = {"words": "x", "why": "x", "percent": "1", "keeps": "stay"}
        assert (await stranger.post(f"/desk/cases/{case.case_id}/{form}", data=csrf | typed)).status_code == 404, form
    assert (await state_of(house, shop, case)).state is CaseState.REQUESTED
    await stranger.aclose()


async def test_hostile_words_stay_words(agent, house, shop):
    case = await dear_return(house, shop, comment=HOSTILE)
    await say(agent, case, "note", why=HOSTILE)
    for path in (f"/desk/cases/{case.case_id}", "/desk/cases"):
        text = (await agent.get(path)).text
        assert HOSTILE not in text
        assert "<script" not in text
    assert NOW
