"""The portal as answers: what a customer can ask for by it, what they are told, and what strangers get."""

import io
import re
from datetime import date

import msgspec
import pytest
from page_shops import HOSTILE
from PIL import Image
from portal_shop import LAMP, SHOES, SOCKS, cases_of, fields_of, rule, sold

from doorstep.actions import shipped
from doorstep.domain.actions.cases import Label
from doorstep.domain.actions.kinds import ActionKind, Assurance, CaseKind, CaseState, ClaimKind, Remedy
from doorstep.domain.labels import MadeLabel
from doorstep.domain.money import Money
from doorstep.domain.orders import Payment
from doorstep.steps import case_moves, customer_sessions
from doorstep.steps.identity import Proof
from doorstep.steps.work import utc_now
from doorstep.store import case_files, labels
from doorstep.web.network import Buckets
from doorstep.web.track.portal import entering
from doorstep.web.track.words import languages

LANGUAGES = sorted(languages())


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30)).save(written, "JPEG")
    return written.getvalue()


def photo_file(name="photo.jpg", body=None):
    return {"photo_file": (name, picture() if body is None else body, "image/jpeg")}


async def step(client, at, path, page, files=None, **more):
    return await client.post(f"{at}{path}", data=fields_of(page) | more, files=files)


async def until_summary(client, at, *, reason="taste.colour", line="10", remedy="refund", **more):
    page = (await client.get(f"{at}/return")).text
    page = (await step(client, at, "/return", page, **{f"q.{line}": "1"})).text
    page = (await step(client, at, "/return", page, **{f"r.{line}": reason})).text
    page = (await step(client, at, "/return", page, **{"remedy": remedy, "way": "label"} | more)).text
    assert "Is this right?" in page, page
    return page


async def returned(client, at, **more):
    """A whole return, until its case's address."""
    done = await step(client, at, "/return", await until_summary(client, at, **more))
    assert done.status_code == 303, done.text
    return done.headers["location"]


async def damaged(client, at, line="12", **more):
    """A claim until its second page."""
    page = (await client.get(f"{at}/claim")).text
    return (await step(client, at, "/claim", page, kind="damaged", **more)).text


async def gift_of(client, one):
    page = (await client.get(f"{one.at}/gift")).text
    return re.search(r"(/g/[\w-]+)", page)[1]


async def test_an_order_that_arrived_says_what_can_be_done_with_it(client, house):
    one = await sold(house)
    page = (await client.get(one.at)).text
    assert f'href="{one.at}/return"' in page
    assert f'href="{one.at}/claim"' in page
    assert f'href="{one.at}/delivery"' not in page


async def test_a_parcels_own_page_leads_to_what_can_be_done_with_its_order(client, house):
    one = await sold(house)
    async with house.database.system() as tx:
        parcel = await tx.fetchval("select token from shipment where order_id = $1 and merchant_id = $2", one.order_id, one.merchant_id)
    assert f'href="{one.at}#do"' in (await client.get(f"/t/{parcel}")).text


async def test_a_whole_return_ends_at_its_case(client, house):
    one = await sold(house)
    page = await until_summary(client, one.at)
    assert "€89.00" in page
    assert await cases_of(house, one) == []
    done = await step(client, one.at, "/return", page)
    [case] = await cases_of(house, one)
    assert (case.kind, case.state, case.remedy, case.refund) == (CaseKind.RETURN, CaseState.APPROVED, Remedy.REFUND, Money(8900, "EUR"))
    assert (case.lines[0].reason, case.wanted["way"]) == ("taste.colour", "label")
    shown = (await client.get(done.headers["location"])).text
    assert case.rma in shown
    assert "Approved" in shown
    assert case.rma in (await client.get(one.at)).text


async def test_the_same_button_pressed_twice_makes_one_return_and_leads_to_it_both_times(client, house):
    one = await sold(house)
    page = await until_summary(client, one.at)
    first, second = [await step(client, one.at, "/return", page) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert len(await cases_of(house, one)) == 1


async def test_the_button_does_what_was_shown_whatever_the_form_was_changed_to(client, house):
    one = await sold(house)
    page = await until_summary(client, one.at)
    await step(client, one.at, "/return", page, **{"q.10": "9", "q.11": "3", "remedy": "store_credit"})
    [case] = await cases_of(house, one)
    assert [(line.line_id, line.quantity) for line in case.lines] == [("10", 1)]
    assert case.remedy is Remedy.REFUND


async def test_what_has_changed_since_is_shown_once_more_or_refused(client, house):
    one = await sold(house)
    early, late = await until_summary(client, one.at), await until_summary(client, one.at)
    await step(client, one.at, "/return", early)
    again = await step(client, one.at, "/return", late)
    assert again.status_code == 422
    assert len(await cases_of(house, one)) == 1


async def test_an_exchange_holds_what_comes_instead_and_the_offer_is_noted_as_taken(client, house):
    one = await sold(house)
    page = await until_summary(client, one.at, reason="fit.too_small", remedy="exchange", **{"v.10": "shoe-44"})
    assert "€5.00" in page
    assert "for 44, Moss" in page
    await step(client, one.at, "/return", page)
    [case] = await cases_of(house, one)
    assert (case.kind, case.held, case.difference) == (CaseKind.EXCHANGE, {"shoe-44": 1}, Money(500, "EUR"))
    assert (case.offer, case.offer_taken) == ("right_size", True)


async def test_an_offer_that_was_declined_is_noted_as_declined(client, house):
    one = await sold(house)
    await returned(client, one.at, reason="fit.too_small")
    [case] = await cases_of(house, one)
    assert (case.offer, case.offer_taken) == ("right_size", False)


async def test_credit_with_the_bonus_that_is_offered_is_kept_to(client, house):
    one = await sold(house)
    page = await until_summary(client, one.at, remedy="store_credit")
    assert "€93.45" in page  # 89.00, and a twentieth on top
    await step(client, one.at, "/return", page)
    [case] = await cases_of(house, one)
    assert (case.refund, case.offer, case.offer_taken) == (Money(9345, "EUR"), "credit_bonus", True)


async def test_who_keeps_it_for_a_part_of_the_money_sends_nothing(client, house):
    one = await sold(house)
    offers = b'[{"name": "keep", "when": {"reasons": ["taste"]}, "gives": "partial_refund", "percent": 20}]'
    reasons = b'[{"code": "taste", "below": [{"code": "taste.colour"}]}]'
    try:
        await rule(house, one, b'{"returning": {"reasons": ' + reasons + b', "offers": ' + offers + b"}}")
        page = await until_summary(client, one.at, remedy="keep")
        assert "€17.80" in page
        await step(client, one.at, "/return", page)
    finally:
        async with house.database.system() as tx:
            await tx.execute("delete from action_policy where merchant_id = $1", one.merchant_id)
    [case] = await cases_of(house, one)
    assert (case.keeps, case.refund, case.offer, case.offer_taken) == (True, Money(1780, "EUR"), "keep", True)


async def test_what_is_sold_out_is_not_among_what_comes_instead(client, house):
    one = await sold(house)
    page = (await client.get(f"{one.at}/return")).text
    page = (await step(client, one.at, "/return", page, **{"q.10": "1"})).text
    page = (await step(client, one.at, "/return", page, **{"r.10": "fit.too_large"})).text
    assert 'value="shoe-43"' in page
    assert 'value="shoe-41"' not in page
    assert 'value="shoe-42"' not in page


async def test_a_step_that_is_refused_says_why_and_keeps_what_was_typed(client, house):
    one = await sold(house)
    page = (await client.get(f"{one.at}/return")).text
    none = await step(client, one.at, "/return", page)
    assert none.status_code == 422
    assert 'role="alert"' in none.text
    page = (await step(client, one.at, "/return", page, **{"q.10": "1"})).text
    answer = await step(client, one.at, "/return", page, **{"n.10": "It pinches & <b>hurts</b>", "c.10": "opened"})
    assert answer.status_code == 422
    assert "It pinches &amp; &lt;b&gt;hurts&lt;/b&gt;" in answer.text
    assert '<option value="opened" selected>' in answer.text


async def test_a_reason_that_wants_a_photo_gets_one_and_the_case_has_it(client, house):
    one = await sold(house)
    page = (await client.get(f"{one.at}/return")).text
    page = (await step(client, one.at, "/return", page, **{"q.10": "1"})).text
    answer = await step(client, one.at, "/return", page, **{"r.10": "fault.defective"})
    assert answer.status_code == 422
    assert "Please add at least one photo." in answer.text
    wish = (await step(client, one.at, "/return", answer.text, files=photo_file(), **{"r.10": "fault.defective"})).text
    summary = (await step(client, one.at, "/return", wish, remedy="refund", way="label")).text
    done = await step(client, one.at, "/return", summary)
    [case] = await cases_of(house, one)
    assert len(case.photos) == 1
    assert f"{one.at}/files/{case.photos[0]}" in (await client.get(done.headers["location"])).text
    async with house.database.system() as tx:
        assert await case_files.photos_of(tx, one.merchant_id, case.case_id) == list(case.photos)


async def test_what_may_not_go_back_says_why_and_until_when_the_rest_may(client, house):
    one = await sold(house, lines=(SHOES, LAMP), days_ago=45)
    page = (await client.get(f"{one.at}/return")).text
    assert "Nothing of this order can be sent back now." in page
    assert page.count("Not possible") == 2
    assert "<button" not in page.split("<main")[1]


async def test_an_order_in_two_parcels_says_in_which_each_item_came(client, house):
    one = await sold(house, lines=(SHOES, SOCKS), parcels=[{"10": 1}, {"11": 3}], arrived=(0,))
    page = (await client.get(f"{one.at}/return")).text
    shoes, socks = page.split('id="name-2"')
    assert "Came in parcel 1" in shoes
    assert "Came in parcel 2" in socks
    assert 'name="q.10"' in page
    assert 'name="q.11"' not in page


async def test_a_whole_claim_with_a_photo(client, house):
    one = await sold(house, lines=(LAMP,))
    page = await damaged(client, one.at)
    assert "It came damaged" in page
    bare = await step(client, one.at, "/claim", page, **{"q.12": "1", "comment": "The foot broke off."})
    assert bare.status_code == 422
    assert "The foot broke off." in bare.text
    page = (await step(client, one.at, "/claim", bare.text, files=photo_file(), **{"q.12": "1", "comment": "The foot broke off."})).text
    assert "Is this right?" in page
    done = await step(client, one.at, "/claim", page)
    [case] = await cases_of(house, one)
    assert (case.kind, case.claim, case.state, case.comment) == (
        CaseKind.CLAIM,
        ClaimKind.DAMAGED,
        CaseState.APPROVED,
        "The foot broke off.",
    )
    assert case.photos[0] in (await client.get(done.headers["location"])).text


async def test_a_parcel_that_was_not_received_asks_for_the_steps_first(client, house):
    one = await sold(house)
    page = (await client.get(f"{one.at}/claim")).text
    page = (await step(client, one.at, "/claim", page, kind="not_received")).text
    assert "I asked the neighbours." in page
    answer = await step(client, one.at, "/claim", page, done="looked_around")
    assert answer.status_code == 422
    page = (await step(client, one.at, "/claim", page, done=["looked_around", "asked_household", "asked_neighbours"])).text
    await step(client, one.at, "/claim", page)
    [case] = await cases_of(house, one)
    assert case.claim is ClaimKind.NOT_RECEIVED


async def test_photos_are_handed_out_to_the_orders_link_alone_and_never_run(client, house):
    one, other = await sold(house, lines=(LAMP,)), await sold(house, lines=(LAMP,))
    page = await damaged(client, one.at)
    page = (await step(client, one.at, "/claim", page, files=photo_file("evil.html"), photos="add")).text
    token = fields_of(page)["photo"]
    answer = await client.get(f"{one.at}/files/{token}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert (await client.get(f"{other.at}/files/{token}")).status_code == 404
    theirs = await damaged(client, other.at)
    answer = await step(client, other.at, "/claim", theirs, **{"q.12": "1", "photo": token})
    assert answer.status_code == 422  # somebody else's photo is none
    assert (await client.get(f"{one.at}/files/{'x' * 32}")).status_code == 404


async def test_what_is_no_photo_is_refused_and_a_photo_may_be_taken_away_again(client, house):
    one = await sold(house, lines=(LAMP,))
    page = await damaged(client, one.at)
    no = await step(client, one.at, "/claim", page, files=photo_file(body=b"<html>no photo</html>"), **{"q.12": "1"})
    assert no.status_code == 422
    assert "no photo that we can read" in no.text
    page = (await step(client, one.at, "/claim", page, files=photo_file(), photos="add")).text
    token = fields_of(page)["photo"]
    page = (await step(client, one.at, "/claim", page, photos="add", photo_away=token)).text
    assert "photo" not in fields_of(page)


async def test_a_return_may_be_taken_back_in_two_steps(client, house):
    one = await sold(house)
    address = await returned(client, one.at)
    shown = (await client.get(address)).text
    assert "Keep it after all" in shown
    asked = await client.post(address, data={"do": "cancel"})
    assert "Yes, I keep it" in asked.text
    assert (await cases_of(house, one))[0].state is CaseState.APPROVED
    await client.post(address, data={"yes": fields_of(asked.text)["yes"]})
    assert (await cases_of(house, one))[0].state is CaseState.CANCELLED
    assert "Taken back" in (await client.get(address)).text
    assert (await client.post(address, data={"do": "cancel"})).status_code == 422


async def test_a_parcel_sent_with_ones_own_label_is_told_by_its_number(client, house):
    one = await sold(house)
    address = await returned(client, one.at, way="drop_off")
    assert "Enter the tracking number" in (await client.get(address)).text
    wrong = await client.post(address, data={"do": "number", "number": "abc"})
    assert wrong.status_code == 422
    assert "does not look like a tracking number" in wrong.text
    await client.post(address, data={"do": "number", "number": f"00340434{one.order_id:012d}", "carrier": "DHL"})
    [case] = await cases_of(house, one)
    assert (case.state, case.label.tracking_number) == (CaseState.LABEL_READY, f"00340434{one.order_id:012d}")
    page = (await client.get(address)).text
    assert f"00340434{one.order_id:012d}" in page
    [parcel] = re.findall(r'href="(/t/[\w-]+)"', page)
    assert (await client.get(parcel)).status_code == 200


async def test_a_parcel_under_way_may_be_left_in_the_shed(client, house):
    one = await sold(house, arrived=())
    assert "Leave it somewhere" in (await client.get(f"{one.at}/delivery")).text
    page = (await client.get(f"{one.at}/delivery?do=safe_place")).text
    page = (await step(client, one.at, "/delivery", page, place="In the shed")).text
    assert "In the shed" in page
    done = await step(client, one.at, "/delivery", page)
    [case] = await cases_of(house, one)
    assert (case.action, case.state, case.wanted["place"]) == (ActionKind.SAFE_PLACE, CaseState.PASSED_ON, "In the shed")
    assert "In the shed" in (await client.get(done.headers["location"])).text


async def test_a_wrong_day_is_refused_and_what_was_typed_stands_there_still(client, house):
    one = await sold(house, arrived=())
    page = (await client.get(f"{one.at}/delivery?do=reschedule")).text
    answer = await step(client, one.at, "/delivery", page, on="2001-01-01", note="Ring twice")
    assert answer.status_code == 422
    assert 'value="Ring twice"' in answer.text


async def test_cash_on_delivery_says_how_much_is_to_be_ready(client, house):
    one = await sold(house, arrived=(), payment=Payment.COD, cod_due=Money(12500, "EUR"))
    assert "€125.00" in (await client.get(f"{one.at}/delivery?do=confirm_cod")).text


async def test_another_address_needs_more_than_a_link(client, house):
    one = await sold(house, arrived=())
    answer = await client.get(f"{one.at}/delivery?do=redirect")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/me/portico?order={one.token}&back=%2Fo%2F{one.token}%2Fdelivery")
    address = {"do": "redirect", "at": "form", "street": "Rua 1", "city": "Madrid", "country": "ES"}
    assert (await client.post(f"{one.at}/delivery", data=address)).status_code == 303
    assert await cases_of(house, one) == []


async def test_a_policy_that_wants_a_code_for_returns_leads_to_it_first(client, house):
    one = await sold(house)
    try:
        strict = msgspec.structs.replace(
            shipped("house"), assurance={ActionKind.OPEN_RETURN: Assurance.CODE, ActionKind.OPEN_CLAIM: Assurance.CODE}
        )
        await rule(house, one, msgspec.json.encode(strict))
        for page in ("return", "claim"):
            answer = await client.get(f"{one.at}/{page}")
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/me/portico?order=")
    finally:
        async with house.database.system() as tx:
            await tx.execute("delete from action_policy where merchant_id = $1", one.merchant_id)


async def test_an_order_that_nobody_packed_is_cancelled(client, house):
    one = await sold(house, parcels=[], arrived=())
    page = (await client.get(f"{one.at}/change?do=cancel_order")).text
    page = (await step(client, one.at, "/change", page, reason="Too slow")).text
    assert "Too slow" in page
    await step(client, one.at, "/change", page)
    [case] = await cases_of(house, one)
    assert (case.action, case.state) == (ActionKind.CANCEL_ORDER, CaseState.CLOSED)
    assert "This order was cancelled" in (await client.get(one.at)).text


async def test_an_invoice_is_asked_for_at_once(client, house):
    one = await sold(house)
    done = await client.post(f"{one.at}/change", data={"do": "ask_invoice", "at": "form", "made_out_to": "Rivera SL"})
    assert done.status_code == 303
    [case] = await cases_of(house, one)
    assert (case.action, case.wanted["made_out_to"]) == (ActionKind.ASK_INVOICE, "Rivera SL")


async def test_whoever_got_a_present_sees_no_price_and_nothing_of_whoever_bought_it(client, house):
    one = await sold(house)
    bought = await returned(client, one.at, line="11")
    link = await gift_of(client, one)
    pages = [(await client.get(link)).text]
    page = (await client.get(f"{link}/return")).text
    pages.append(page)
    page = (await step(client, link, "/return", page, **{"q.10": "1"})).text
    pages.append(page)
    page = (await step(client, link, "/return", page, **{"r.10": "order.gift_unwanted"})).text
    pages.append(page)
    assert 'value="refund"' not in page
    page = (await step(client, link, "/return", page, remedy="store_credit", way="label")).text
    pages.append(page)
    done = await step(client, link, "/return", page)
    pages.append((await client.get(done.headers["location"])).text)
    for shown in pages:
        for secret in ("€", "89", "Noor", "Rivera", "mail.example", "Calle", "+34600000001", one.token):
            assert secret not in shown, secret
    given = (await cases_of(house, one))[-1]
    assert (given.gift, given.remedy, given.refund) == (True, Remedy.STORE_CREDIT, Money(8900, "EUR"))
    assert (await client.get(bought.replace(one.at, link))).status_code == 404
    assert (await client.get(f"{one.at}/cases/{given.case_id}")).status_code == 200


async def test_whoever_got_a_present_gets_no_money_whatever_their_form_says(client, house):
    one = await sold(house)
    link = await gift_of(client, one)
    form = {"at": "wish", "q.10": "1", "r.10": "order.gift_unwanted", "remedy": "refund", "way": "label", "gift": ""}
    assert (await client.post(f"{link}/return", data=form)).status_code == 422
    exchange = form | {"r.10": "fit.too_small", "remedy": "exchange"}
    assert (await client.post(f"{link}/return", data=exchange | {"v.10": "shoe-44"})).status_code == 422  # the giver would pay more
    assert "Is this right?" in (await client.post(f"{link}/return", data=exchange | {"v.10": "shoe-43"})).text
    for path in ("claim", "delivery", "change", "gift"):
        assert (await client.get(f"{link}/{path}")).status_code == 404
    assert (await client.get(link.replace("/g/", "/o/"))).status_code == 404
    assert (await client.get(one.at.replace("/o/", "/g/"))).status_code == 404
    assert await cases_of(house, one) == []


_PATHS = ("return", "claim", "delivery", "change", "gift", "cases/1", "files/abc")


async def test_a_stranger_gets_nothing_by_any_way(client, house):
    one, other = await sold(house), await sold(house)
    address = await returned(client, one.at)
    before = await cases_of(house, one)
    for token in (
        "nobody",
        "x" * 43,
        "../../etc/passwd",
        one.token[:-1],
        house.directory.sealer.token("mail", str(one.merchant_id), "a@b.example", "en"),
    ):
        for path in _PATHS:
            for door in ("o", "g"):
                assert (await client.get(f"/{door}/{token}/{path}")).status_code == 404, (token, path)
                assert (await client.post(f"/{door}/{token}/{path}", data={"at": "confirm", "yes": "1"})).status_code in {404, 405}
    assert (await client.get(address.replace(one.at, other.at))).status_code == 404
    stolen = await client.post(address.replace(one.at, other.at), data={"do": "cancel"})
    assert stolen.status_code == 404
    assert await cases_of(house, one) == before


async def test_another_merchants_order_does_not_open_ours(client, house, theirs):
    one = await sold(house)
    address = await returned(client, one.at)
    [token] = [theirs.order_tokens["#vega-1005"]]
    assert (await client.get(address.replace(one.token, token))).status_code == 404


async def test_the_yes_of_one_order_counts_for_no_other(client, house):
    one, other = await sold(house), await sold(house)
    page = await until_summary(client, one.at)
    await client.post(f"{other.at}/return", data={"at": "confirm", "yes": fields_of(page)["yes"]})
    assert await cases_of(house, one) == []
    assert await cases_of(house, other) == []


async def test_forms_of_other_sites_are_refused(client, house):
    one = await sold(house)
    page = await until_summary(client, one.at)
    for path in ("return", "claim", "delivery", "change"):
        answer = await client.post(f"{one.at}/{path}", data=fields_of(page), headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
    assert await cases_of(house, one) == []


async def test_too_many_forms_are_told_to_wait(client, house, monkeypatch):
    one = await sold(house)
    monkeypatch.setattr(entering, "_ORDERS", Buckets(2, 3600))
    codes = [(await client.post(f"{one.at}/return", data={"at": "items"})).status_code for _ in range(4)]
    assert codes == [422, 422, 429, 429]


async def test_any_form_is_answered_with_a_page(client, house):
    one = await sold(house)
    odd = [
        {"at": "wish", "q.10": "1", "r.10": HOSTILE, "remedy": HOSTILE, "way": HOSTILE},
        {"at": "why", "q.10": "99999", "q.99": "1", "photo": HOSTILE},
        {"at": "confirm", "yes": HOSTILE},
        {"at": HOSTILE, "to": "wish"},
        {"kind": HOSTILE, "at": "details", "do": HOSTILE, "on": "31-31-31", "country": "x" * 500},
        {"do": "change_items", "v.10": HOSTILE},
        {"do": "reschedule", "on": "²"},
        {"q.10": "²", "at": "items"},
    ]
    for path in ("return", "claim", "delivery", "change"):
        for form in odd:
            answer = await client.post(f"{one.at}/{path}", data=form)
            assert answer.status_code in {200, 303, 422}, (path, form, answer.text)
            assert HOSTILE not in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_speaks_every_language(client, house, language):
    one, way, new = await sold(house), await sold(house, arrived=()), await sold(house, parcels=[], arrived=())
    asked = f"?lang={language}"
    for at, path in (
        (one.at, ""),
        (one.at, "/return"),
        (one.at, "/claim"),
        (one.at, "/gift"),
        (way.at, "/delivery"),
        (new.at, "/change"),
    ):
        answer = await client.get(f"{at}{path}{asked}")
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text
    for do in ("reschedule", "pickup_point", "safe_place", "hold", "confirm_availability"):
        assert (await client.get(f"{way.at}/delivery{asked}&do={do}")).status_code == 200
    for do in ("cancel_order", "ask_invoice"):
        assert (await client.get(f"{new.at}/change{asked}&do={do}")).status_code == 200
    page = (await client.get(f"{one.at}/return{asked}")).text
    for more in ({"q.10": "1"}, {"r.10": "fit.too_small"}, {"remedy": "exchange", "v.10": "shoe-43", "way": "qr"}):
        answer = await client.post(f"{one.at}/return{asked}", data=fields_of(page) | more)
        page = answer.text
        assert answer.status_code == 200
    done = await client.post(f"{one.at}/return{asked}", data=fields_of(page))
    assert done.headers["location"].endswith(asked)
    assert f'<html lang="{language}"' in (await client.get(done.headers["location"])).text


async def signed_in(house, one, email):
    proof = Proof(assurance=Assurance.CODE, kind="email", value=email, at=utc_now())
    async with house.database.for_merchant(one.merchant_id) as tx:
        cookie = await customer_sessions.begin(tx, house.directory.sealer, one.merchant_id, proof, "", utc_now())
    return {"cookie": f"doorstep_me_{one.merchant_id}={cookie}"}


async def test_whoever_typed_a_code_has_a_parcel_sent_elsewhere(client, house):
    one = await sold(house, arrived=())
    me = await signed_in(house, one, f"{one.number}@mail.example")
    page = (await client.get(f"{one.at}/delivery?do=redirect", headers=me)).text
    address = {"name": "Noor", "street": "Calle Nueva 3", "city": "Madrid", "postcode": "28005", "country": "ES"}
    page = (await client.post(f"{one.at}/delivery", data=fields_of(page) | address, headers=me)).text
    assert "Calle Nueva 3" in page
    stolen = await client.post(f"{one.at}/delivery", data=fields_of(page))
    assert stolen.status_code == 303  # to where they show who they are: the yes of whoever holds the link alone counts nothing
    assert await cases_of(house, one) == []
    done = await client.post(f"{one.at}/delivery", data=fields_of(page), headers=me)
    assert "/cases/" in done.headers["location"]
    assert [case.action for case in await cases_of(house, one)] == [ActionKind.REDIRECT]


async def test_the_session_of_somebody_else_lets_no_more_than_the_link(client, house):
    one = await sold(house, arrived=())
    me = await signed_in(house, one, "former@mail.example")
    assert (await client.get(f"{one.at}/delivery?do=redirect", headers=me)).status_code == 303
    assert (await client.get(f"{one.at}/delivery?do=safe_place", headers=me)).status_code == 200


async def labelled(house, one, way, made):
    """Have the order's only case get its label."""
    [case] = await cases_of(house, one)
    tenant = house.directory.tenant(one.merchant_id)
    async with house.database.for_merchant(one.merchant_id) as tx:
        file_id = await labels.keep_file(tx, one.merchant_id, one.order_id, case.case_id, made, utc_now())
        label = Label(way=way, content_type=made.content_type, file_id=file_id, expires_on=date(2031, 5, 8))
        ready = CaseState.LABEL_READY
        await case_moves.move(tx, house.directory, tenant, case.case_id, ready, actor="carrier", why="", now=utc_now(), label=label)


async def test_a_label_is_saved_from_the_cases_page_by_the_orders_link_alone(client, house):
    one, other = await sold(house), await sold(house)
    address = await returned(client, one.at)
    await labelled(house, one, "label", MadeLabel(content_type="application/pdf", body=b"%PDF-1.7 label"))
    page = (await client.get(address)).text
    assert "Ready to send" in page
    assert "hand it in by Thursday, May" in page
    [file] = re.findall(rf'href="({one.at}/files/[\w-]+)" download', page)
    answer = await client.get(file)
    assert answer.content == b"%PDF-1.7 label"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="label-R-')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await client.get(file.replace(one.at, other.at))).status_code == 404
    link = await gift_of(client, one)
    assert (await client.get(file.replace(one.at, link))).status_code == 404


async def test_a_code_for_the_counter_is_shown_on_the_page(client, house):
    one = await sold(house)
    address = await returned(client, one.at, way="qr")
    written = io.BytesIO()
    Image.new("1", (90, 90)).save(written, "PNG")
    await labelled(house, one, "qr", MadeLabel(content_type="image/png", body=written.getvalue()))
    page = (await client.get(address)).text
    assert 'alt="Code to show at the counter"' in page
    assert "Show the code at the counter" in page


async def test_a_request_that_a_human_refused_says_why_in_the_customers_language(client, house):
    one = await sold(house)
    address = await returned(client, one.at)
    [case] = await cases_of(house, one)
    tenant = house.directory.tenant(one.merchant_id)
    async with house.database.for_merchant(one.merchant_id) as tx:
        decided = {"decided_by": "user 1", "decision": "not_eligible: <b>Worn</b> too long."}
        no = CaseState.REFUSED
        await case_moves.move(tx, house.directory, tenant, case.case_id, no, actor="user 1", why="", now=utc_now(), **decided)
    page = (await client.get(f"{address}?lang=de")).text
    assert "Unsere Entscheidung" in page
    assert "&lt;b&gt;Worn&lt;/b&gt; too long." in page
    assert "not_eligible" not in page
    assert "Doch behalten" not in page


async def test_address_and_items_of_an_order_that_nobody_packed_are_changed_by_whoever_typed_a_code(client, house):
    one = await sold(house, parcels=[], arrived=())
    assert (await client.get(f"{one.at}/change?do=change_items")).status_code == 303
    me = await signed_in(house, one, f"{one.number}@mail.example")
    page = (await client.get(f"{one.at}/change?do=change_address", headers=me)).text
    none = await client.post(f"{one.at}/change", data=fields_of(page) | {"street": "", "city": "Madrid"}, headers=me)
    assert none.status_code == 422
    address = {"street": "Calle Nueva 3", "city": "Madrid", "postcode": "28005", "country": "ES"}
    page = (await client.post(f"{one.at}/change", data=fields_of(page) | address, headers=me)).text
    await client.post(f"{one.at}/change", data=fields_of(page), headers=me)
    page = (await client.get(f"{one.at}/change?do=change_items", headers=me)).text
    assert 'value="shoe-41"' not in page
    page = (await client.post(f"{one.at}/change", data=fields_of(page) | {"v.10": "shoe-44"}, headers=me)).text
    assert "€5.00" in page
    assert "for 44, Moss" in page
    await client.post(f"{one.at}/change", data=fields_of(page), headers=me)
    changed = await cases_of(house, one)
    assert [(case.action, case.state) for case in changed] == [
        (ActionKind.CHANGE_ADDRESS, CaseState.CLOSED),
        (ActionKind.CHANGE_ITEMS, CaseState.CLOSED),
    ]
    late = await client.get(f"{one.at}/change?do=change_items", headers=me)
    assert "Not possible" in late.text  # only once


async def test_goods_that_a_policy_lets_the_customer_keep_ask_for_no_way_back(client, house):
    one = await sold(house)
    try:
        kind = shipped("house")
        keep = msgspec.structs.replace(kind, returning=msgspec.structs.replace(kind.returning, keep_below_minor=2_000))
        await rule(house, one, msgspec.json.encode(keep))
        page = (await client.get(f"{one.at}/return")).text
        page = (await step(client, one.at, "/return", page, **{"q.11": "1"})).text
        page = (await step(client, one.at, "/return", page, **{"r.11": "taste.colour"})).text
        assert 'name="way"' not in page
        page = (await step(client, one.at, "/return", page, remedy="refund")).text
        assert "nothing has to come back" in page
        assert "Sending it back" not in page
        done = await step(client, one.at, "/return", page)
        page = (await client.get(done.headers["location"])).text
        assert "You keep it. What you get is on its way." in page
        assert "<dd>keep</dd>" not in page
    finally:
        async with house.database.system() as tx:
            await tx.execute("delete from action_policy where merchant_id = $1", one.merchant_id)
