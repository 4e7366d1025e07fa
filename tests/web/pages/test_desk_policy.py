"""The policy at the desk: in words, edited into drafts, compared, tried, put into force; never another shop's."""

import itertools
import json
import re
from datetime import timedelta
from html import unescape

import msgspec
import pytest
from desk_clients import csrf_of, entered
from page_shops import fill

from doorstep.actions import shipped
from doorstep.domain.actions.arguments import OpenReturn, Units
from doorstep.domain.actions.askers import Asker
from doorstep.domain.actions.kinds import Assurance
from doorstep.steps import act
from doorstep.steps.act import Done, Prepared
from doorstep.steps.policy_versions import in_force, keep_draft, put_in_force, written
from doorstep.steps.work import utc_now
from doorstep.store import access, policies

_MADE = itertools.count()
HOUSE = shipped("house")
FULL = json.loads(written(HOUSE))


@pytest.fixture
async def shop(house):
    return await fill(house.database, house.directory, f"policy{next(_MADE)}", "Rules & <Co>")


@pytest.fixture
async def owner(app, shop):
    client = await entered(app, shop.owner)
    client.csrf = await csrf_of(client)
    yield client
    await client.aclose()


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser would send of the first form that edits."""
    form = page[page.index('class="policy"') : page.index("</form>", page.index('class="policy"'))]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            sent.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        sent[name] = [re.search(r'value="([^"]*)" selected', inner)[1]]
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [unescape(inner)]
    return sent


async def document_of(house, shop, number: int) -> dict:
    async with house.database.for_merchant(shop.merchant_id) as tx:
        return json.loads((await policies.read(tx, shop.merchant_id, number)).document)


async def test_without_rules_of_ones_own_the_usual_ones_are_shown_in_words(owner):
    page = (await owner.get("/desk/policy")).text
    assert "You have made no rules of your own" in page
    assert "Returns: 30 days after the day on which the goods arrived." in page
    assert "No version yet" in page


async def test_a_form_that_is_sent_as_it_is_shown_changes_nothing(owner, house, shop):
    sent = fields_of((await owner.get("/desk/policy/edit")).text)
    answer = await owner.post("/desk/policy/edit", data=sent)
    assert answer.headers["location"] == "/desk/policy/1?saved=draft"
    assert await document_of(house, shop, 1) == FULL
    page = (await owner.get("/desk/policy/1")).text
    assert '<p class="soft">Nothing.</p>' in page


async def test_a_draft_is_edited_compared_and_put_into_force(owner, house, shop):
    sent = fields_of((await owner.get("/desk/policy/edit")).text)
    sent |= {"returning.days": ["14"], "returning.fee_minor": ["4.95"], "returning.payer": ["customer"], "note": ["shorter <b>"]}
    await owner.post("/desk/policy/edit", data=sent)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        assert (await in_force(tx, shop.merchant_id, utc_now())).number == 0
    page = (await owner.get("/desk/policy/1")).text
    assert "<del>Returns: 30 days after" in page
    assert "<ins>Returns: 14 days after" in page
    assert "shorter &lt;b&gt;" in page
    assert (await owner.post("/desk/policy/1/live", data={"csrf": owner.csrf})).headers["location"] == "/desk/policy?saved=live"
    page = (await owner.get("/desk/policy?saved=live")).text
    assert "Version 1 is in force." in page
    assert "A fee of 4.95 is taken off a refund" in page
    async with house.database.for_merchant(shop.merchant_id) as tx:
        kept = await in_force(tx, shop.merchant_id, utc_now())
        noted = await tx.fetch("select actor, action, detail from audit where merchant_id = $1 order by audit_id", shop.merchant_id)
    assert (kept.number, kept.policy.returning.days, kept.policy.returning.fee_minor) == (1, 14, 495)
    assert [(row["action"], row["detail"]) for row in noted if row["action"].startswith("policy")] == [
        ("policy draft", "version 1: shorter <b>"),
        ("policy in force", "version 1"),
    ]
    assert all(row["actor"].startswith("user ") for row in noted)


async def test_an_old_version_is_put_into_force_again(owner, house, shop):
    for days in ("14", "60"):
        sent = fields_of((await owner.get("/desk/policy/edit")).text) | {"returning.days": [days]}
        await owner.post("/desk/policy/edit", data=sent)
    for number in (1, 2, 1):
        await owner.post(f"/desk/policy/{number}/live", data={"csrf": owner.csrf})
        async with house.database.for_merchant(shop.merchant_id) as tx:
            assert (await in_force(tx, shop.merchant_id, utc_now())).number == number
    page = (await owner.get("/desk/policy/2?against=1")).text
    assert "<del>Returns: 14 days after" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("returning.days", "a month", "Days to return: a whole number."),
        ("returning.expires_days", "", "Days until an unused return expires: a whole number."),
        ("returning.fee_minor", "4.955", "Fee, taken off a refund: an amount such as 4.95."),
        ("returning.payer", "nobody", "Who pays the way back: choose one."),
        ("returning.expires_days", "0", "returning.expires_days is a number of days from 1 to 365"),
        ("reasons", "fit.small", "Reasons, line 1: fit.small belongs below fit"),
        ("reasons", "fit; nonsense", "Reasons, line 1: after the code there may be"),
        ("reasons", "fit\nfit", "Reasons, line 2: fit stands there twice."),
        ("claim_0_remedies", "cake", "Claims, line 1, the customer gets"),
        ("claim_0_up_to", "much", "Claims, line 1, up to: an amount"),
        ("claim_0_decides", "nobody", "claiming.table[0].decides is one of"),
        ("offer_0_percent", "x", "Offers, line 1, percent: a whole number."),
        ("offer_0_gives", "cake", "returning.offers[0].gives is one of"),
    ],
)
async def test_what_does_not_fit_is_said_and_given_back_as_typed(owner, field, value, words):
    sent = fields_of((await owner.get("/desk/policy/edit")).text) | {field: [value]}
    answer = await owner.post("/desk/policy/edit", data=sent)
    assert answer.status_code == 422
    alert = re.search(r'class="alert".*?</div>', answer.text, re.DOTALL)[0]
    assert words in unescape(alert)
    if field != "returning.payer" and not field.endswith(("decides", "gives")):
        assert [value] == fields_of(answer.text)[field]


async def test_lines_of_the_tables_are_added_and_removed(owner, house, shop):
    sent = fields_of((await owner.get("/desk/policy/edit")).text)
    lines, offers = len(HOUSE.claiming.table), len(HOUSE.returning.offers)
    sent |= {"claim_0_gone": ["1"], f"claim_{lines}_claims": ["lost", "damaged"], f"claim_{lines}_up_to": ["9.50"]}
    sent |= {f"claim_{lines}_remedies": ["refund"], f"claim_{lines}_decides": ["human"], "offer_0_gone": ["1"]}
    sent |= {f"offer_{offers}_name": ["guide"], f"offer_{offers}_gives": ["guide"], f"offer_{offers}_url": ["https://shop.example/sizes"]}
    sent |= {"reasons": ["fit\nfit.small = Too small; for shoes\nfit.big; photo; our fault\nother"], "returning.offered": []}
    sent |= {f"offer_{n}_reasons": [""] for n in range(offers + 1)}
    answer = await owner.post("/desk/policy/edit", data=sent)
    assert answer.status_code == 422  # the new line is never reached: one before it takes all that is lost
    assert "is never reached for lost" in answer.text
    sent[f"claim_{lines}_claims"] = ["missing_item"]
    sent["claim_2_gone"] = ["1"]
    answer = await owner.post("/desk/policy/edit", data=sent)
    assert answer.status_code == 303, answer.text
    made = await document_of(house, shop, 1)
    assert len(made["claiming"]["table"]) == lines - 1
    assert (made["claiming"]["table"][-1]["up_to_minor"], made["claiming"]["table"][-1]["remedies"]) == (950, ["refund"])
    assert [one["name"] for one in made["returning"]["offers"]] == [*(one.name for one in HOUSE.returning.offers[1:]), "guide"]
    assert made["returning"]["reasons"][0]["below"][0] == {"code": "fit.small", "words": {"en": "Too small"}, "categories": ["shoes"]} | {
        key: made["returning"]["reasons"][0]["below"][0][key] for key in ("below", "our_fault", "photo")
    }
    assert made["returning"]["reasons"][0]["below"][1]["our_fault"]
    assert made["returning"]["offered"] is False


async def test_all_of_it_is_edited_as_json_and_errors_say_where(owner, house, shop):
    changed = FULL | {"returning": FULL["returning"] | {"rules": [{"name": "no socks", "when": {"tags": ["socks"]}, "eligible": False}]}}
    form = {"csrf": owner.csrf, "from": "0", "as": "json", "note": "socks"}
    answer = await owner.post("/desk/policy/edit", data=form | {"document": json.dumps(changed)})
    assert answer.status_code == 303
    assert (await document_of(house, shop, 1))["returning"]["rules"][0]["name"] == "no socks"
    page = (await owner.get("/desk/policy/1")).text
    assert "no socks: for tag socks, nothing comes back." in page
    for document, words in (
        ('{"returning": {"days": "x"}}', "$.returning.days"),
        ("{", "this is no policy"),
        ('{"returning": {"ways": []}, "limits": {"cases": 0}}', "limits.cases"),
    ):
        answer = await owner.post("/desk/policy/edit", data=form | {"document": document})
        assert answer.status_code == 422
        assert words in unescape(answer.text)
        assert document in unescape(answer.text)


async def test_past_requests_show_what_a_draft_would_have_decided_otherwise(owner, house, shop, app):
    done = await returned(house, shop)
    draft = msgspec.structs.replace(HOUSE, returning=msgspec.structs.replace(HOUSE.returning, auto_up_to_minor=None))
    async with house.database.for_merchant(shop.merchant_id) as tx:
        assert await keep_draft(tx, shop.merchant_id, draft, "", "cli", utc_now()) == 1
    page = (await owner.get("/desk/policy/1/test?days=30")).text
    assert "1 of 1 requests would be decided otherwise" in page
    assert f'<a href="/desk/cases/{done.case.case_id}">{done.case.case.rma}</a>' in page
    assert "a human decides (above the limit)" in page
    none = (await owner.get("/desk/policy/0/test")).text
    assert "0 of 1 requests" in none
    assert "order lines would be decided otherwise" in (await owner.get("/desk/policy/1/test?of=arrived")).text


async def returned(house, shop) -> Done:
    """Somebody sends a unit of an order that has arrived back."""
    tenant = house.directory.tenant(shop.merchant_id)
    async with house.database.for_merchant(shop.merchant_id) as tx:
        row = await tx.fetchrow(
            """select o.order_id, o.external_id, o.document -> 'lines' -> 0 ->> 'line_id' as line from orders o
            join shipment s on s.order_id = o.order_id and s.merchant_id = o.merchant_id
            where o.merchant_id = $1 and s.status = 'delivered' limit 1""",
            shop.merchant_id,
        )
        asker = Asker(assurance=Assurance.LINK, orders=(row["order_id"],))
        action = OpenReturn(order=row["external_id"], units=(Units(line_id=row["line"], reason="taste.colour"),))
        now = utc_now() - timedelta(minutes=1)
        prepared = await act.prepare(tx, tenant, asker, action, now)
        assert isinstance(prepared, Prepared), prepared
        done = await act.commit(tx, house.directory, tenant, asker, prepared.token, now)
    assert isinstance(done, Done)
    return done


async def test_versions_of_another_shop_are_not_there(owner, house, shop, theirs):
    draft = msgspec.structs.replace(HOUSE, name="theirs-only")
    async with house.database.for_merchant(theirs.merchant_id) as tx:
        number = await keep_draft(tx, theirs.merchant_id, draft, "theirs-only", "cli", utc_now())
    assert "theirs-only" not in (await owner.get("/desk/policy")).text
    for address in (f"/desk/policy/{number}", f"/desk/policy/{number}/test", f"/desk/policy/edit?from={number}"):
        assert (await owner.get(address)).status_code == 404
    assert (await owner.post(f"/desk/policy/{number}/live", data={"csrf": owner.csrf})).status_code == 404
    for far in ("/desk/policy/99999999999999", "/desk/policy/7", "/desk/policy/1?against=7"):
        assert (await owner.get(far)).status_code == 404


async def test_the_usual_rules_are_no_version_that_could_be_put_into_force(owner):
    assert (await owner.post("/desk/policy/0/live", data={"csrf": owner.csrf})).status_code == 400


async def test_a_version_that_no_release_can_read_gives_way_and_is_said(owner, house, shop):
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await policies.add(tx, shop.merchant_id, b'{"from_the_future": 1}', "", "cli", utc_now())
        await policies.go_live(tx, shop.merchant_id, 1, utc_now())
        assert (await in_force(tx, shop.merchant_id, utc_now())).number == 0
    assert (await owner.get("/desk/policy")).status_code == 200
    assert "cannot be read" in (await owner.get("/desk/policy/1")).text
    assert (await owner.post("/desk/policy/1/live", data={"csrf": owner.csrf})).status_code == 400


async def test_who_may_not_change_the_rules_sees_them_without_a_button(app, house, shop):
    email = f"helper@{shop.merchant_id}.example"
    async with house.database.for_merchant(shop.merchant_id) as tx:
        await access.add_user(tx, shop.merchant_id, email, "correct horse battery", "support")
        await keep_draft(tx, shop.merchant_id, HOUSE, "", "cli", utc_now())
    helper = await entered(app, email, "correct horse battery")
    csrf = await csrf_of(helper)
    for address in ("/desk/policy/edit", "/desk/policy/1"):
        page = await helper.get(address)
        if page.status_code == 200:
            assert "Save as a draft" not in page.text
            assert "into force now" not in page.text
    assert (await helper.post("/desk/policy/1/live", data={"csrf": csrf})).status_code == 403
    assert (await helper.post("/desk/policy/edit", data={"csrf": csrf})).status_code == 403
    async with house.database.for_merchant(shop.merchant_id) as tx:
        with pytest.raises(Exception, match="no version"):
            await put_in_force(tx, shop.merchant_id, 9, "cli", utc_now())
    await helper.aclose()
