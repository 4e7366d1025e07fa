"""Errands at Shopify: every document stands in the published schema, each errand is done once whatever goes wrong, and no says who must act."""

import importlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
import pytest
from graphql import parse, validate
from shopify_admin import SCHEMA, Shopify

from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.errands import ErrandLine, ErrandOrder, Try
from doorstep.domain.money import Money
from doorstep.domain.plugins import Response
from doorstep.domain.vocabulary import MessageState
from doorstep.errors import MisconfiguredError, RefusedError, TryLaterError, UnknownOutcomeError
from doorstep.shops.shopify import SHOP
from doorstep.shops.shopify.admin import ERRANDS
from doorstep.shops.shopify.admin.calling import Admin, amount_of, gid

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SETTINGS = {"shop_domain": "brand.myshopify.com", "access_token": "shpat_1", "api_version": "2026-10"}
ADDRESS = {"name": "Ana Ruiz", "lines": ["Main 1", "Flat 2"], "city": "Baldwin", "region": "MD", "postcode": "21013", "country": "US"}
SWAP = (ErrandLine(line_id="11", quantity=1, variant_id="101", wanted_id="201"),)


def errand(kind: ErrandKind, **given: Any) -> ErrandOrder:
    return ErrandOrder(
        errand_id=1, kind=kind, key=str(uuid5(NAMESPACE_URL, kind)), rma="R-7K2M9Q", order="1001", order_number="#1001", **given
    )


def run(shopify: Shopify, order: ErrandOrder, *, again: bool = False, settings: dict[str, str] | None = None) -> Any:
    return shopify.run(ERRANDS.run(Try(order, again=again), SETTINGS if settings is None else settings, NOW))


def until_done(shopify: Shopify, order: ErrandOrder, *, tries: int = 6) -> Any:
    """Try as the outbox does: again after "later", again after an unknown outcome where the kind may be repeated."""
    last: Exception | None = None
    for number in range(tries):
        try:
            return run(shopify, order, again=number > 0)
        except TryLaterError as error:
            last = error
        except UnknownOutcomeError as error:
            last = error
            if order.kind not in ERRANDS.repeatable:
                raise
    assert last is not None
    raise last


REFUND = errand(ErrandKind.REFUND, amount=Money(3500, "EUR"))
EVERY = {
    ErrandKind.CANCEL_ORDER: errand(ErrandKind.CANCEL_ORDER, body={"reason": "ordered by mistake"}),
    ErrandKind.EDIT_ADDRESS: errand(ErrandKind.EDIT_ADDRESS, body={"address": ADDRESS}),
    ErrandKind.EDIT_ITEMS: errand(ErrandKind.EDIT_ITEMS, lines=SWAP),
    ErrandKind.REFUND: REFUND,
    ErrandKind.STORE_CREDIT: errand(ErrandKind.STORE_CREDIT, amount=Money(2500, "EUR")),
    ErrandKind.OPEN_RETURN: errand(ErrandKind.OPEN_RETURN, lines=(ErrandLine(line_id="11", quantity=2, reason="fit.too_small"),)),
    ErrandKind.CLOSE_RETURN: errand(ErrandKind.CLOSE_RETURN),
    ErrandKind.EXCHANGE: errand(ErrandKind.EXCHANGE, lines=SWAP),
    ErrandKind.REPLACE: errand(ErrandKind.REPLACE, lines=(ErrandLine(line_id="11", quantity=1, variant_id="101"),)),
    ErrandKind.INVOICE: errand(ErrandKind.INVOICE, body={"made_out_to": ""}),
}


def test_every_document_stands_in_the_schema() -> None:
    found = 0
    for name in ("editing", "paying", "returning", "sending", "journal"):
        module = importlib.import_module(f"doorstep.shops.shopify.admin.{name}")
        for text in vars(module).values():
            if isinstance(text, str) and text.lstrip().startswith(("query ", "mutation ")):
                assert not validate(SCHEMA, parse(text)), text
                found += 1
    assert found == 23


@pytest.mark.parametrize("kind", EVERY)
def test_each_kind_is_done(kind: ErrandKind) -> None:
    shopify = Shopify()
    receipt = until_done(shopify, EVERY[kind])
    assert receipt.state is MessageState.REACHED
    assert ERRANDS.takes(EVERY[kind], SETTINGS)
    for request in shopify.asked:
        assert request.url == "https://brand.myshopify.com/admin/api/2026-10/graphql.json"
        assert request.headers["x-shopify-access-token"] == "shpat_1"
        assert not request.guarded


def test_what_was_asked_for_is_what_shopify_has_afterwards() -> None:
    shopify = Shopify()
    root = shopify.root
    run(shopify, EVERY[ErrandKind.EDIT_ADDRESS])
    assert root.address["address1"] == "Main 1"
    assert (root.address["address2"], root.address["provinceCode"], root.address["zip"]) == ("Flat 2", "MD", "21013")
    assert (root.address["firstName"], root.address["lastName"]) == ("Ana", "Ruiz")
    run(shopify, EVERY[ErrandKind.EDIT_ITEMS])
    assert root.lines["11"] == ["101", 1]
    assert ["201", 1] in root.lines.values()
    run(shopify, REFUND)
    [made] = root.refunds
    assert [(part["parentId"][-1], part["amount"]) for part in made["input"]["transactions"]] == [("1", "30.00"), ("2", "5.00")]
    assert made["input"]["currency"] == "EUR"
    assert REFUND.key in made["note"]
    opened = run(shopify, EVERY[ErrandKind.OPEN_RETURN])
    assert opened.provider_id == "gid://shopify/Return/1"
    [back] = root.returns
    assert [line["quantity"] for line in back["returnLineItems"]["nodes"]] == [1, 1]
    assert {line["returnReason"] for line in back["returnLineItems"]["nodes"]} == {"SIZE_TOO_SMALL"}
    run(shopify, EVERY[ErrandKind.CLOSE_RETURN])
    assert back["status"] == "CLOSED"
    sent = run(shopify, EVERY[ErrandKind.EXCHANGE])
    assert sent.provider_id == "gid://shopify/Order/2002"
    [draft] = root.drafts.values()
    assert draft["input"]["lineItems"] == [{"variantId": "gid://shopify/ProductVariant/201", "quantity": 1}]
    assert draft["input"]["appliedDiscount"]["value"] == 100
    assert draft["input"]["shippingAddress"]["address1"] == "Main 1"


def test_a_kept_return_is_cancelled_and_not_closed() -> None:
    shopify = Shopify()
    run(shopify, EVERY[ErrandKind.OPEN_RETURN])
    run(shopify, errand(ErrandKind.CLOSE_RETURN, made_earlier="gid://shopify/Return/1", body={"how": "cancel"}))
    assert shopify.root.returns[0]["status"] == "CANCELED"


#: Each operation that changes something, with the errand that makes it, and what must have happened exactly once at the end.
CHANGES = [
    (ErrandKind.CANCEL_ORDER, "DoorstepCancel", lambda root: root.cancellations),
    (ErrandKind.EDIT_ITEMS, "DoorstepCommit", lambda root: sum(units for variant, units in root.lines.values() if variant == "201")),
    (ErrandKind.REFUND, "DoorstepRefund", lambda root: len(root.refunds)),
    (ErrandKind.STORE_CREDIT, "DoorstepRefund", lambda root: len(root.refunds)),
    (ErrandKind.OPEN_RETURN, "DoorstepReturn", lambda root: len(root.returns)),
    (ErrandKind.EXCHANGE, "DoorstepSend", lambda root: root.sent),
    (ErrandKind.REPLACE, "DoorstepSend", lambda root: root.sent),
]
BROKEN = Response(status=502, body=b"bad gateway")
THROTTLED = Response(
    status=200,
    body=json.dumps(
        {
            "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {"cost": {"requestedQueryCost": 112, "throttleStatus": {"currentlyAvailable": 12, "restoreRate": 50.0}}},
        }
    ).encode(),
)


@pytest.mark.parametrize(("kind", "operation", "times"), CHANGES, ids=[f"{kind}" for kind, *_ in CHANGES])
@pytest.mark.parametrize(
    "fault",
    [("lost",), ("down",), (THROTTLED,), ("down", "lost"), (THROTTLED, "lost")],
    ids=["lost", "down", "throttled", "down and lost", "throttled and lost"],
)
def test_an_answer_that_is_lost_or_late_makes_no_second_one(kind: ErrandKind, operation: str, times: Any, fault: tuple[Any, ...]) -> None:
    shopify = Shopify()
    shopify.fault(operation, *fault)
    receipt = until_done(shopify, EVERY[kind])
    assert receipt.state is MessageState.REACHED
    assert times(shopify.root) == 1
    again = until_done(shopify, EVERY[kind])  # the whole errand once more: a worker died after the answer and before it was written down
    assert again.state is MessageState.REACHED
    assert times(shopify.root) == 1


@pytest.mark.parametrize("kind", [ErrandKind.CANCEL_ORDER, ErrandKind.EDIT_ITEMS])
def test_what_was_begun_and_does_not_show_is_never_begun_again(kind: ErrandKind) -> None:
    shopify = Shopify()
    operation = {ErrandKind.CANCEL_ORDER: "DoorstepCancel", ErrandKind.EDIT_ITEMS: "DoorstepCommit"}[kind]
    shopify.fault(operation, BROKEN, BROKEN, BROKEN)
    with pytest.raises(UnknownOutcomeError):
        until_done(shopify, EVERY[kind])
    assert shopify.operations[operation] == 1


def test_a_cancellation_is_done_once_the_order_says_so() -> None:
    shopify = Shopify()
    shopify.root.job_takes = 2
    with pytest.raises(TryLaterError):
        run(shopify, EVERY[ErrandKind.CANCEL_ORDER])
    with pytest.raises(TryLaterError):
        run(shopify, EVERY[ErrandKind.CANCEL_ORDER], again=True)
    assert until_done(shopify, EVERY[ErrandKind.CANCEL_ORDER]).state is MessageState.REACHED
    assert shopify.root.cancellations == 1


def test_a_cancellation_that_shopify_gave_up_is_refused() -> None:
    shopify = Shopify()
    shopify.root.job_takes = 1
    with pytest.raises(TryLaterError):
        run(shopify, EVERY[ErrandKind.CANCEL_ORDER])
    shopify.root.job_of = lambda: {"id": shopify.root.job, "done": True}  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="not cancelled"):
        run(shopify, EVERY[ErrandKind.CANCEL_ORDER], again=True)


def test_an_invoice_whose_answer_was_lost_is_not_mailed_again() -> None:
    shopify = Shopify()
    shopify.fault("DoorstepInvoice", "lost")
    with pytest.raises(UnknownOutcomeError):
        until_done(shopify, EVERY[ErrandKind.INVOICE])
    assert shopify.root.invoices == 1


@pytest.mark.parametrize("kind", [ErrandKind.REFUND, ErrandKind.STORE_CREDIT])
def test_a_refund_is_known_again_when_its_key_has_run_out(kind: ErrandKind) -> None:
    shopify = Shopify()
    first = run(shopify, EVERY[kind])
    shopify.root.by_key.clear()
    again = run(shopify, EVERY[kind], again=True)
    assert again.provider_id == first.provider_id
    assert len(shopify.root.refunds) == 1
    shopify.root.by_key.clear()
    with pytest.raises(RefusedError):  # nor does another errand's refund count for this one's
        run(shopify, msgspec.structs.replace(EVERY[kind], key="another", amount=Money(99_00, "EUR"), kind=ErrandKind.REFUND))


def test_no_more_is_refunded_than_the_payments_can_get_back() -> None:
    shopify = Shopify()
    with pytest.raises(RefusedError) as refused:
        run(shopify, errand(ErrandKind.REFUND, amount=Money(4001, "EUR")))
    assert refused.value.code == "over"
    with pytest.raises(RefusedError, match="currency"):
        run(shopify, errand(ErrandKind.REFUND, amount=Money(100, "USD")))
    with pytest.raises(RefusedError):
        run(shopify, errand(ErrandKind.REFUND))
    assert shopify.root.refunds == []


def test_store_credit_needs_a_customer_and_a_bonus_alone_may_exceed_what_was_paid() -> None:
    shopify = Shopify()
    run(shopify, errand(ErrandKind.STORE_CREDIT, amount=Money(4500, "EUR"), body={"bonus": True}))
    [made] = shopify.root.refunds
    assert made["input"]["allowOverRefunding"] is True
    assert made["input"]["refundMethods"] == [{"storeCreditRefund": {"amount": {"amount": "45.00", "currencyCode": "EUR"}}}]
    shopify = Shopify()
    run(shopify, EVERY[ErrandKind.STORE_CREDIT])
    assert not shopify.root.refunds[0]["input"].get("allowOverRefunding")
    shopify.root.has_customer = False
    shopify.root.refunds.clear()
    with pytest.raises(RefusedError, match="no customer"):
        run(shopify, EVERY[ErrandKind.STORE_CREDIT])


def test_a_gift_card_of_one_errand_can_be_made_once() -> None:
    shopify = Shopify()
    wanted = errand(ErrandKind.STORE_CREDIT, amount=Money(2500, "EUR"), customer="7", body={"as": "gift_card"})
    shopify.fault("DoorstepGiftCard", "lost")
    assert until_done(shopify, wanted).state is MessageState.REACHED
    assert list(shopify.root.cards.values()) == ["25.00"]
    [code] = shopify.root.cards
    assert len(code) == 16


def test_a_line_that_is_not_there_or_has_too_few_units_is_refused() -> None:
    shopify = Shopify()
    for lines in (
        (ErrandLine(line_id="99", quantity=1, wanted_id="201"),),
        (ErrandLine(line_id="11", quantity=3, wanted_id="201"),),
        (),
    ):
        with pytest.raises(RefusedError):
            run(shopify, errand(ErrandKind.EDIT_ITEMS, lines=lines))
    with pytest.raises(RefusedError):
        run(shopify, errand(ErrandKind.OPEN_RETURN, lines=(ErrandLine(line_id="11", quantity=3),)))
    with pytest.raises(RefusedError):
        run(shopify, errand(ErrandKind.EXCHANGE, lines=(ErrandLine(line_id="11", quantity=1),)))
    assert shopify.root.lines["11"] == ["101", 2]
    assert shopify.root.returns == []


def _errors(code: str, **more: Any) -> Response:
    return Response(status=200, body=json.dumps({"errors": [{"message": "no", "extensions": {"code": code, **more}}]}).encode())


SAYS = [
    (Response(status=401), MisconfiguredError),
    (Response(status=402), MisconfiguredError),
    (Response(status=403), MisconfiguredError),
    (Response(status=404), MisconfiguredError),
    (Response(status=423), MisconfiguredError),
    (Response(status=302), MisconfiguredError),
    (Response(status=400), RefusedError),
    (Response(status=429, headers={"Retry-After": "2.0"}), TryLaterError),
    (Response(status=500), UnknownOutcomeError),
    (Response(status=503), UnknownOutcomeError),
    (Response(status=200, body=b"<html>"), UnknownOutcomeError),
    (Response(status=200, body=b'{"data":{"refundCreate":null}}'), UnknownOutcomeError),
    (THROTTLED, TryLaterError),
    (_errors("ACCESS_DENIED", requiredAccess="`write_orders` access scope."), MisconfiguredError),
    (_errors("SHOP_INACTIVE"), MisconfiguredError),
    (_errors("INTERNAL_SERVER_ERROR"), UnknownOutcomeError),
    (_errors("undefinedField"), MisconfiguredError),
]


@pytest.mark.parametrize(("response", "kind"), SAYS)
def test_each_answer_says_who_must_act(response: Response, kind: type[Exception]) -> None:
    shopify = Shopify()
    shopify.fault("DoorstepRefund", response)
    with pytest.raises(kind) as raised:
        run(shopify, REFUND)
    assert "shpat" not in str(raised.value)
    if kind is UnknownOutcomeError:  # a question that is not answered is merely asked again
        shopify.fault("DoorstepPaid", response)
        with pytest.raises((TryLaterError, RefusedError)):
            run(shopify, REFUND)


def test_a_missing_scope_is_named_and_a_full_bucket_says_how_long_to_wait() -> None:
    shopify = Shopify()
    shopify.fault("DoorstepRefund", _errors("ACCESS_DENIED", requiredAccess="`write_orders` access scope."), THROTTLED)
    with pytest.raises(MisconfiguredError, match="write_orders"):
        run(shopify, REFUND)
    with pytest.raises(TryLaterError) as later:
        run(shopify, REFUND)
    assert later.value.after_s == 2.0


def test_a_no_is_told_in_shopifys_words_without_what_is_personal() -> None:
    shopify = Shopify()
    said = {"refund": None, "userErrors": [{"field": ["input", "note"], "message": "ana@customer.example, +34 600 123 456 is blocked"}]}
    shopify.fault("DoorstepRefund", Response(status=200, body=json.dumps({"data": {"refundCreate": said}}).encode()))
    with pytest.raises(RefusedError, match="is blocked") as refused:
        run(shopify, REFUND)
    assert "ana@" not in str(refused.value)
    assert "600" not in str(refused.value)
    assert "input.note" in str(refused.value)
    assert not refused.value.suppress


@pytest.mark.parametrize(
    "wrong",
    [{"access_token": ""}, {"shop_domain": "brand.example"}, {"shop_domain": "evil.example/.myshopify.com"}, {"api_version": "latest"}],
)
def test_settings_that_cannot_be_used_pause_the_connection(wrong: dict[str, str]) -> None:
    with pytest.raises(MisconfiguredError):
        run(Shopify(), REFUND, settings=SETTINGS | wrong)


def test_another_address_is_guarded_and_a_new_token_or_version_is_used() -> None:
    admin = Admin.of(SETTINGS | {"base_url": "http://10.0.0.1/"}, "2026-10", NOW)
    assert admin.guarded
    assert admin.url == "http://10.0.0.1/admin/api/2026-10/graphql.json"


def test_what_shopify_cannot_do_goes_another_way() -> None:
    assert not ERRANDS.takes(errand(ErrandKind.CHANGE_PAYMENT), SETTINGS)
    assert not ERRANDS.takes(errand(ErrandKind.DELIVERY_CHANGE), SETTINGS)
    assert not ERRANDS.takes(errand(ErrandKind.EXCHANGE, lines=SWAP, to_pay=Money(500, "EUR")), SETTINGS)
    assert not ERRANDS.takes(errand(ErrandKind.INVOICE, body={"made_out_to": "Brand SL"}), SETTINGS)
    assert SHOP.errands is ERRANDS


def test_amounts_are_exact_texts_and_ids_are_global() -> None:
    assert amount_of(Money(1, "EUR")) == {"amount": "0.01", "currencyCode": "EUR"}
    assert amount_of(Money(1250, "JPY")) == {"amount": "1250", "currencyCode": "JPY"}
    assert amount_of(Money(10**14, "EUR"))["amount"] == "1000000000000.00"
    assert gid("Order", "12") == gid("Order", "gid://shopify/Order/12") == "gid://shopify/Order/12"
    for wrong in ("", "12a", "gid://shopify/Customer/12", "١٢"):
        with pytest.raises(RefusedError):
            gid("Order", wrong)
