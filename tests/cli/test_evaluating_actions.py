"""`evaluate actions`: what the guards let through changes the records as it should; what they refuse changes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from retail_store import ANA, ANA_MAIL, AWAY, BEN, BEN_MAIL, CARD, GIFT, HOME, PAYPAL, call, item, store, write

from doorstep.cli.evaluating_actions import evaluate_actions
from doorstep.cli.retail.calls import reckoned
from doorstep.errors import BadInputError

CANCEL, ADDRESS, ITEMS = "cancel_pending_order", "modify_pending_order_address", "modify_pending_order_items"
PAYMENT, PROFILE = "modify_pending_order_payment", "modify_user_address"
RETURN, EXCHANGE = "return_delivered_order_items", "exchange_delivered_order_items"


class Shop:
    """The small store as a file, and the command that plays calls in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.store = store()

    def lines(self, *lines: Any) -> list[dict[str, Any]]:
        """Play lines; texts are written as they are."""
        file = self.folder / "calls.jsonl"
        file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), encoding="utf-8")
        self.code = evaluate_actions(store=write(self.folder, self.store), calls=file)
        return [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]

    def play(self, *calls: Any, by: str | None = ANA_MAIL) -> tuple[list[str | None], dict[str, Any]]:
        """Play one line; return the codes (None: done) and what changed."""
        [answer] = self.lines({"id": 1, "verified_as": by, "calls": list(calls)})
        assert all(one["ok"] == (one["code"] is None) for one in answer["results"])
        return [one["code"] for one in answer["results"]], answer["changed"]

    def refused(self, *calls: Any, by: str | None = ANA_MAIL) -> list[str | None]:
        """Play one line that may change nothing."""
        codes, changed = self.play(*calls, by=by)
        assert changed == {}
        return codes

    def order(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.store["orders"][name]
        return found


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shop:
    return Shop(tmp_path, capsys)


def paid(kind: str, amount: float, method: str) -> dict[str, Any]:
    return {"transaction_type": kind, "amount": amount, "payment_method_id": method}


class TestWrites:
    def test_a_cancelled_order_gives_the_money_back_to_whence_it_came(self, shop: Shop) -> None:
        codes, changed = shop.play(call(CANCEL, order_id="#W6", reason="no longer needed"))
        before = shop.order("#W6")
        assert codes == [None]
        assert changed["orders"] == {
            "#W6": before
            | {
                "status": "cancelled",
                "cancel_reason": "no longer needed",
                "payment_history": [*before["payment_history"], paid("refund", 20.10, GIFT)],
            }
        }
        assert changed["users"][ANA]["payment_methods"][GIFT]["balance"] == 70.10

    def test_other_items_cost_the_difference_and_the_order_is_closed_to_all_else(self, shop: Shop) -> None:
        swap = call(ITEMS, order_id="#W1", item_ids=["shirt_s", "mug_a", "mug_a"], new_item_ids=["shirt_m", "mug_c", "mug_b"])
        swap["arguments"]["payment_method_id"] = GIFT
        codes, changed = shop.play(swap)
        after = changed["orders"]["#W1"]
        assert codes == [None]
        assert after["items"] == [item("shirt_m"), item("mug_c"), item("mug_b")]
        assert after["status"] == "pending (item modified)"
        assert after["payment_history"][1:] == [paid("payment", 0.85, GIFT)]
        assert changed["users"][ANA]["payment_methods"][GIFT]["balance"] == 49.15

    def test_a_difference_of_nothing_is_noted_and_one_below_it_goes_back(self, shop: Shop) -> None:
        _, changed = shop.play(call(ITEMS, order_id="#W1", item_ids=["mug_a"], new_item_ids=["mug_b"], payment_method_id=CARD))
        assert changed["orders"]["#W1"]["payment_history"][1:] == [paid("refund", 0.0, CARD)]
        assert set(changed) == {"orders"}
        _, changed = shop.play(call(ITEMS, order_id="#W1", item_ids=["mug_a"], new_item_ids=["mug_c"], payment_method_id=GIFT))
        assert changed["orders"]["#W1"]["payment_history"][1:] == [paid("refund", 1.45, GIFT)]
        assert changed["users"][ANA]["payment_methods"][GIFT]["balance"] == 51.45

    def test_another_method_pays_what_the_first_gets_back(self, shop: Shop) -> None:
        codes, changed = shop.play(call(PAYMENT, order_id="#W1", payment_method_id=GIFT))
        assert codes == [None]
        assert changed["orders"]["#W1"]["payment_history"][1:] == [paid("payment", 36.10, GIFT), paid("refund", 36.10, CARD)]
        assert changed["users"][ANA]["payment_methods"][GIFT]["balance"] == 13.90
        _, changed = shop.play(call(PAYMENT, order_id="#W6", payment_method_id=CARD))
        assert changed["users"][ANA]["payment_methods"][GIFT]["balance"] == 70.10

    def test_addresses_of_an_order_and_of_the_customer_are_apart(self, shop: Shop) -> None:
        codes, changed = shop.play(call(ADDRESS, order_id="#W1", **AWAY), call(PROFILE, user_id=ANA, **AWAY))
        assert codes == [None, None]
        assert changed["orders"]["#W1"] == shop.order("#W1") | {"address": AWAY}
        assert changed["users"][ANA]["address"] == AWAY
        _, changed = shop.play(call(ADDRESS, order_id="#W1", **AWAY | {"country": "United States"}))
        assert changed["orders"]["#W1"]["address"] == AWAY | {"country": "United States"}  # as it was given
        there_and_back = (call(PROFILE, user_id=ANA, **AWAY), call(PROFILE, user_id=ANA, **HOME))
        assert shop.play(*there_and_back) == ([None, None], {})

    def test_a_return_names_its_items_sorted_and_moves_no_money_yet(self, shop: Shop) -> None:
        codes, changed = shop.play(call(RETURN, order_id="#W2", item_ids=["shirt_m", "mug_a"], payment_method_id=GIFT))
        added = {"status": "return requested", "return_items": ["mug_a", "shirt_m"], "return_payment_method_id": GIFT}
        assert codes == [None]
        assert changed == {"orders": {"#W2": shop.order("#W2") | added}}

    def test_an_exchange_states_the_difference_and_charges_nothing_yet(self, shop: Shop) -> None:
        arguments = {"item_ids": ["mug_a", "shirt_m", "mug_a"], "new_item_ids": ["mug_c", "shirt_s", "mug_b"], "payment_method_id": CARD}
        codes, changed = shop.play(call(EXCHANGE, order_id="#W2", **arguments))
        assert codes == [None]
        assert changed["orders"]["#W2"] == shop.order("#W2") | {
            "status": "exchange requested",
            "exchange_items": ["mug_a", "mug_a", "shirt_m"],
            "exchange_new_items": ["mug_b", "mug_c", "shirt_s"],
            "exchange_payment_method_id": CARD,
            "exchange_price_difference": -3.75,
        }

    def test_what_cannot_be_said_exactly_in_binary_is_still_exact_to_the_cent(self, shop: Shop) -> None:
        shop.store["users"][ANA]["payment_methods"][GIFT]["balance"] = 0.1 + 0.2
        _, changed = shop.play(call(CANCEL, order_id="#W6", reason="ordered by mistake"))
        assert changed["users"][ANA]["payment_methods"][GIFT]["balance"] == 20.40


LEGAL = [
    call(CANCEL, order_id="#W1", reason="no longer needed"),
    call(ADDRESS, order_id="#W1", **AWAY),
    call(ITEMS, order_id="#W1", item_ids=["mug_a"], new_item_ids=["mug_b"], payment_method_id=CARD),
    call(PAYMENT, order_id="#W1", payment_method_id=PAYPAL),
    call(RETURN, order_id="#W2", item_ids=["mug_a"], payment_method_id=GIFT),
    call(EXCHANGE, order_id="#W2", item_ids=["mug_a"], new_item_ids=["mug_b"], payment_method_id=GIFT),
    call(PROFILE, user_id=ANA, **AWAY),
]
READS = [
    call("get_order_details", order_id="#W1"),
    call("get_user_details", user_id=ANA),
    call("get_product_details", product_id="mug"),
    call("get_item_details", item_id="mug_a"),
    call("list_all_product_types"),
]


class TestWhoAsks:
    @pytest.mark.parametrize("by", [None, "", " ", "nobody@customer.example"])
    def test_nobody_reads_or_writes_anything(self, shop: Shop, by: str | None) -> None:
        assert set(shop.refused(*LEGAL, *READS, by=by)) == {"identity"}

    def test_to_be_found_is_not_to_be_verified(self, shop: Shop) -> None:
        found = [
            call("find_user_id_by_email", email=ANA_MAIL.upper()),
            call("find_user_id_by_name_zip", first_name="ana", last_name="RUIZ", zip="02108"),
        ]
        assert shop.refused(*found, *LEGAL, by=None) == [None, None, *["identity"] * len(LEGAL)]

    def test_another_customer_learns_as_little_as_if_there_were_nothing(self, shop: Shop) -> None:
        of_order = [one for one in LEGAL if "order_id" in one["arguments"]]
        unknown = [one | {"arguments": one["arguments"] | {"order_id": "#W99"}} for one in of_order]
        assert set(shop.refused(*of_order, *unknown, READS[0], READS[1], LEGAL[-1], by=BEN_MAIL)) == {"not_found"}
        assert shop.refused(call("get_user_details", user_id="nobody"), by=BEN_MAIL) == ["not_found"]
        finding = [call("find_user_id_by_email", email=one) for one in (ANA_MAIL, "nobody@customer.example", BEN_MAIL)]
        assert shop.refused(*finding, by=BEN_MAIL) == ["not_found", "not_found", None]

    def test_the_customer_reads_what_is_theirs(self, shop: Shop) -> None:
        assert set(shop.refused(*READS)) == {None}
        assert shop.refused(call("get_product_details", product_id="mug_a"), call("get_item_details", item_id="mug")) == ["not_found"] * 2

    def test_everybody_may_reckon_and_ask_for_a_human(self, shop: Shop) -> None:
        assert shop.refused(call("calculate", expression="(1.5 + 2) * 3"), call("transfer_to_human_agents", summary="x"), by=None) == [
            None,
            None,
        ]


class TestTheYes:
    @pytest.mark.parametrize("legal", LEGAL, ids=lambda one: one["name"])
    def test_nothing_is_done_without_it(self, shop: Shop, legal: dict[str, Any]) -> None:
        assert shop.refused(legal | {"confirmed": False}) == ["not_confirmed"]
        assert shop.refused({name: value for name, value in legal.items() if name != "confirmed"}) == ["not_confirmed"]
        codes, changed = shop.play(legal | {"confirmed": False}, legal)
        assert codes == ["not_confirmed", None]
        assert changed

    def test_it_counts_for_what_was_put_and_nothing_else(self, shop: Shop) -> None:
        put = call(CANCEL, order_id="#W1", reason="no longer needed", confirmed=False)
        other = call(CANCEL, order_id="#W6", reason="no longer needed")
        assert shop.refused(put, other, call(CANCEL, order_id="#W1", reason="ordered by mistake")) == [
            "not_confirmed",
            "confirmation_void",
            "confirmation_void",
        ]
        codes, changed = shop.play(put, other | {"confirmed": False}, other)
        assert codes == ["not_confirmed", "not_confirmed", None]
        assert set(changed["orders"]) == {"#W6"}

    def test_it_is_void_once_things_have_changed(self, shop: Shop) -> None:
        put = call(CANCEL, order_id="#W1", reason="no longer needed")
        codes, changed = shop.play(put | {"confirmed": False}, call(PAYMENT, order_id="#W1", payment_method_id=PAYPAL), put)
        assert codes == ["not_confirmed", None, "confirmation_void"]
        assert changed["orders"]["#W1"]["status"] == "pending"

    def test_what_is_illegal_says_so_before_it_is_put_to_the_customer(self, shop: Shop) -> None:
        assert shop.refused(call(CANCEL, order_id="#W3", reason="no longer needed", confirmed=False)) == ["order_state"]


class TestGuards:
    @pytest.mark.parametrize(
        ("name", "arguments", "code"),
        [
            (CANCEL, {"order_id": "#W1", "reason": "too dear"}, "reason"),
            (CANCEL, {"order_id": "#W5", "reason": "no longer needed"}, "order_state"),
            (ADDRESS, {"order_id": "#W3", **AWAY}, "order_state"),
            (ADDRESS, {"order_id": "#W1", **HOME}, "same_address"),
            (ADDRESS, {"order_id": "#W1", **AWAY, "city": " "}, "address"),
            (ADDRESS, {"order_id": "#W1", **AWAY, "country": "Atlantis"}, "address"),
            (ADDRESS, {"order_id": "#W3", **AWAY, "country": "Atlantis"}, "order_state"),
            (PAYMENT, {"order_id": "#W1", "payment_method_id": CARD}, "same_method"),
            (PAYMENT, {"order_id": "#W1", "payment_method_id": "credit_card_2"}, "unknown_method"),
            (PAYMENT, {"order_id": "#W4", "payment_method_id": CARD}, "order_state"),
            (RETURN, {"order_id": "#W5", "item_ids": ["shirt_s"], "payment_method_id": PAYPAL}, "method"),
            (RETURN, {"order_id": "#W5", "item_ids": ["shirt_s", "shirt_s"], "payment_method_id": CARD}, "quantity"),
            (RETURN, {"order_id": "#W5", "item_ids": ["mug_a"], "payment_method_id": CARD}, "unknown_line"),
            (RETURN, {"order_id": "#W5", "item_ids": ["1"], "payment_method_id": CARD}, "unknown_line"),
            (RETURN, {"order_id": "#W5", "item_ids": [], "payment_method_id": CARD}, "nothing_chosen"),
            (RETURN, {"order_id": "#W5", "item_ids": ["shirt_s"], "payment_method_id": ""}, "unknown_method"),
            (PROFILE, {"user_id": BEN, **AWAY}, "not_found"),
            (PROFILE, {"user_id": "", **AWAY}, "not_found"),
        ],
    )
    def test_a_write_is_refused_with_its_code(self, shop: Shop, name: str, arguments: dict[str, Any], code: str) -> None:
        assert shop.refused(call(name, **arguments)) == [code]

    @pytest.mark.parametrize(("name", "order_id"), [(ITEMS, "#W6"), (EXCHANGE, "#W5")])
    @pytest.mark.parametrize(
        ("items", "new", "method", "code"),
        [
            (["shirt_s"], ["shirt_s"], CARD, "same_variant"),
            (["shirt_s"], ["shirt_x"], CARD, "out_of_stock"),
            (["shirt_s"], ["mug_a"], CARD, "other_product"),
            (["shirt_s"], ["shirt"], CARD, "unknown_variant"),
            (["shirt_s"], [], CARD, "unequal"),
            ([], ["shirt_m"], CARD, "unequal"),
            ([], [], CARD, "nothing_chosen"),
            (["shirt_s", "shirt_s"], ["shirt_m", "shirt_m"], CARD, "quantity"),
            (["shirt_s"], ["shirt_l"], GIFT, "balance"),
            (["shirt_s"], ["shirt_m"], "gift_card_2", "unknown_method"),
        ],
    )
    def test_a_swap_is_refused_with_its_code(
        self, shop: Shop, name: str, order_id: str, items: list[str], new: list[str], method: str, code: str
    ) -> None:
        assert shop.refused(call(name, order_id=order_id, item_ids=items, new_item_ids=new, payment_method_id=method)) == [code]

    @pytest.mark.parametrize("legal", LEGAL[:6], ids=lambda one: one["name"])
    def test_what_was_done_once_is_not_done_again(self, shop: Shop, legal: dict[str, Any]) -> None:
        first, once = shop.play(legal)
        codes, twice = shop.play(legal, legal)
        expected = {CANCEL: "order_state", ADDRESS: "same_address"}.get(legal["name"], "only_once")
        assert (first, codes) == ([None], [None, expected])
        assert once == twice

    def test_nothing_more_is_changed_of_an_order_whose_items_were(self, shop: Shop) -> None:
        codes, _ = shop.play(LEGAL[2], *LEGAL[:4])
        assert codes == [None, *["only_once"] * 4]

    def test_an_order_that_came_changed_or_asked_back_stands_so(self, shop: Shop) -> None:
        shop.store["orders"]["#W1"]["status"] = "pending (item modified)"
        shop.store["orders"]["#W2"] |= {"status": "return requested", "return_items": ["mug_a"], "return_payment_method_id": GIFT}
        exchanged = {"status": "exchange requested", "exchange_items": ["shirt_s"], "exchange_new_items": ["shirt_m"]}
        shop.store["orders"]["#W5"] |= exchanged | {"exchange_payment_method_id": CARD, "exchange_price_difference": 2.3}
        back = call(RETURN, order_id="#W5", item_ids=["shirt_s"], payment_method_id=CARD)
        assert shop.refused(*LEGAL[:6], back) == ["only_once"] * 7


class TestFiles:
    @pytest.mark.parametrize("arguments", [None, [], "x", {}, {"order_id": 1}, {"order_id": "#W1", "force": True}, {"order_id": ["#W1"]}])
    def test_arguments_of_another_kind_are_refused(self, shop: Shop, arguments: Any) -> None:
        assert shop.refused({"name": "get_order_details", "arguments": arguments, "confirmed": True}) == ["bad_arguments"]

    @pytest.mark.parametrize(
        "odd",
        [None, 7, [], {}, {"name": None}, {"name": ["x"], "arguments": {}}, LEGAL[0] | {"confirmed": "yes"}],
    )
    def test_a_call_of_another_form_is_refused(self, shop: Shop, odd: Any) -> None:
        assert shop.refused(odd) == ["bad_arguments"]

    def test_what_else_stands_in_a_line_or_a_call_is_not_looked_at(self, shop: Shop) -> None:
        told = LEGAL[0] | {"action_id": "0_4", "info": None}
        [answer] = shop.lines({"id": "a", "verified_as": ANA_MAIL, "kind": "legal", "calls": [told]})
        assert (answer["results"], set(answer["changed"]["orders"])) == ([{"ok": True, "code": None}], {"#W1"})
        [answer] = shop.lines({"id": "a", "calls": [told]})  # nobody is verified
        assert (answer["results"], answer["changed"]) == ([{"ok": False, "code": "identity"}], {})

    def test_each_line_begins_with_the_untouched_store(self, shop: Shop) -> None:
        line = {"id": "a", "verified_as": ANA_MAIL, "calls": [LEGAL[0]]}
        first, second = shop.lines(line, line | {"id": "b"})
        assert first == second | {"id": "a"}
        assert shop.code == 0

    def test_a_line_that_cannot_be_read_is_told_and_the_others_are_answered(self, shop: Shop) -> None:
        good = {"id": "a", "verified_as": None, "calls": []}
        answers = shop.lines(good, '{"id": "b"', '{"id": "c"}', good | {"calls": {}}, good | {"verified_as": 7}, "", "[" * 9999, good)
        assert [one["id"] for one in answers] == ["a", None, "c", "a", "a", None, "a"]
        assert ["error" in one for one in answers] == [False, True, True, True, True, True, False]
        assert answers[1]["error"].startswith("line 2: ")
        assert shop.code == 2

    @pytest.mark.parametrize(
        ("path", "value", "told"),
        [
            (("orders", "#W1", "status"), "lost", r"orders.#W1.status: 'lost' is none of"),
            (("orders", "#W1", "user_id"), "nobody", r"orders.#W1.user_id: there is no user"),
            (("orders", "#W1", "order_id"), "#W2", r"orders.#W1.order_id: differs"),
            (("orders", "#W1", "items"), [], r"orders.#W1.items: at least one"),
            (("orders", "#W1", "items", 0, "price"), -1, r"orders.#W1.items\[0\].price: an amount"),
            (("orders", "#W1", "items", 0, "price"), "1", r"Expected `float`, got `str`"),
            (("orders", "#W1", "payment_history", 0, "transaction_type"), "gift", r"transaction_type: is neither"),
            (("orders", "#W2", "fulfillments", 0, "item_ids"), ["mug_c"], r"fulfillments\[0\].item_ids: 'mug_c' is no item"),
            (("users", BEN, "email"), ANA_MAIL.upper(), r"users.ben_low_2.email: is ana_ruiz_1's"),
            (("users", ANA, "payment_methods", GIFT, "balance"), 1e12, r"balance: an amount"),
            (("products", "mug", "variants", "mug_a", "item_id"), "mug_b", r"variants.mug_a.item_id: differs"),
        ],
    )
    def test_a_store_that_contradicts_itself_is_refused_with_the_place(
        self, shop: Shop, path: tuple[Any, ...], value: Any, told: str
    ) -> None:
        inner = shop.store
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        with pytest.raises(BadInputError, match=told):
            shop.lines()

    def test_options_that_do_not_go_together_are_refused(self, shop: Shop, tmp_path: Path) -> None:
        file = write(tmp_path, shop.store)
        for options in ({}, {"tasks": file}, {"calls": file, "tasks": file}, {"calls": file, "variants": True}):
            with pytest.raises(BadInputError):
                evaluate_actions(store=file, **options)  # type: ignore[arg-type]
        for missing in ({"store": tmp_path / "no"}, {"store": file, "tasks": tmp_path / "no", "expected": file}):
            with pytest.raises(BadInputError, match="No such file"):
                evaluate_actions(**{"calls": tmp_path / "no"} | missing if "tasks" not in missing else missing)  # type: ignore[arg-type]


def tasks_of(*writes: dict[str, Any], task_id: str = "t1") -> list[dict[str, Any]]:
    return [{"id": task_id, "evaluation_criteria": {"actions": [{"name": one["name"], "arguments": one["arguments"]} for one in writes]}}]


class TestRequests:
    def judged(self, shop: Shop, tasks: Any, expected: Any, **options: Any) -> tuple[int, dict[str, Any]]:
        files = {
            "store": write(shop.folder, shop.store),
            "tasks": write(shop.folder, tasks, "tasks.json"),
            "expected": write(shop.folder, expected, "expected.json"),
        }
        code = evaluate_actions(**files, **options, as_json=True)
        return code, json.loads(shop.capsys.readouterr().out)

    def test_records_as_expected_are_equal_and_any_other_is_not(self, shop: Shop) -> None:
        after = shop.order("#W1") | {"address": AWAY}
        good = {"customer": ANA, "changed": {"orders": {"#W1": after}}, "reference_errors": []}
        code, told = self.judged(shop, tasks_of(LEGAL[1]), {"t1": good})
        told.pop("ms_per_task")
        assert (code, told) == (0, {"tasks": 1, "equal": 1, "unequal": [], "refused_as_expected": 0})
        for other in (
            good | {"changed": {}},
            good | {"changed": {"orders": {"#W1": after | {"status": "lost"}}}},
            good | {"changed": {"orders": {"#W1": after, "#W2": after}}},
            good | {"customer": None},
            good | {"customer": BEN},
            good | {"reference_errors": [[ADDRESS, "Non-pending order cannot be modified"]]},
        ):
            code, told = self.judged(shop, tasks_of(LEGAL[1]), {"t1": other})
            assert (code, told["unequal"]) == (1, ["t1"])

    def test_a_write_that_must_be_refused_is_counted(self, shop: Shop) -> None:
        expected = {"customer": ANA, "changed": {}, "reference_errors": [[CANCEL, "Non-pending order cannot be cancelled"]]}
        code, told = self.judged(shop, tasks_of(call(CANCEL, order_id="#W3", reason="no longer needed")), {"t1": expected})
        assert (code, told["equal"], told["refused_as_expected"]) == (0, 1, 1)

    def test_a_policy_that_lets_less_through_shows(self, shop: Shop) -> None:
        strict = write(shop.folder, {"name": "strict", "changing": {"address": False}, "returning": {"offered": False}}, "policy.json")
        after = shop.order("#W1") | {"address": AWAY}
        expected = {"t1": {"customer": ANA, "changed": {"orders": {"#W1": after}}}}
        assert self.judged(shop, tasks_of(LEGAL[1]), expected, policy=strict)[0] == 1

    def test_requests_of_which_nothing_is_expected_and_unknown_customers_are_told(self, shop: Shop) -> None:
        with pytest.raises(BadInputError, match="says nothing of the requests t1"):
            self.judged(shop, tasks_of(LEGAL[0]), {})
        with pytest.raises(BadInputError, match="no customer 'nobody'"):
            self.judged(shop, tasks_of(LEGAL[0]), {"t1": {"customer": "nobody", "changed": {}}})

    def test_variants_of_its_own_requests_are_all_refused_with_their_codes(self, shop: Shop) -> None:
        everything = [task for place, one in enumerate(LEGAL) for task in tasks_of(one, task_id=f"t{place}")]
        expected = {task["id"]: {"customer": ANA, "changed": {}} for task in everything}
        code, told = self.judged(shop, everything, expected, variants=True)
        assert (code, told["carried_out"], told["other_code"]) == (0, [], [])
        assert told["variants"] > 300


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 3 * (4 - 1)", 11.0),
        ("-1.5/3", -0.5),
        ("1/0", None),
        ("2 ** 9999", None),
        ("__import__('os')", None),
        ("1 +", None),
        ("(" * 400, None),
        ("", None),
        ("True + 1", None),
        ("1 if 1 else 2", None),
        ("9" * 501, None),
    ],
)
def test_sums_are_reckoned_and_nothing_else(expression: str, value: float | None) -> None:
    assert reckoned(expression) == value


class TestTheRetailersOwn:
    """The store and the requests that nobody here wrote."""

    @pytest.fixture
    def files(self, shared_data: Path) -> dict[str, Path]:
        folder = shared_data / "retail_tasks"
        return {"store": folder / "db.json", "tasks": folder / "tasks_train.json", "expected": folder / "expected_train.json"}

    def test_every_request_comes_out_equal_and_fast(self, files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
        assert evaluate_actions(**files, as_json=True) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["tasks"], told["equal"], told["unequal"], told["refused_as_expected"]) == (74, 74, [], 2)
        assert told["ms_per_task"] < 5

    def test_thousands_of_illegal_variants_are_refused_with_their_codes(
        self, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert evaluate_actions(**files, variants=True, as_json=True) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["variants"] >= 9000
        assert (told["carried_out"], told["other_code"]) == ([], [])
        assert len(told["by_kind"]) >= 30
        codes = {code for of in told["by_kind"].values() for code in of}
        assert codes >= {"identity", "not_found", "not_confirmed", "confirmation_void", "order_state", "unknown_line", "unknown_variant"}
        assert codes >= {"quantity", "unequal", "same_variant", "other_product", "out_of_stock", "reason", "unknown_method", "method"}
        assert codes >= {"same_method", "balance", "only_once", "nothing_chosen", "bad_arguments", "address", "same_address"}
        assert "done" not in codes

    def test_the_tables_can_be_read_by_people(self, files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
        assert evaluate_actions(**files) == 0
        assert "74 of 74 requests equal; 2 writes refused as expected" in capsys.readouterr().out
        assert evaluate_actions(**files, variants=True) == 0
        assert "0 carried out; 0 refused for another reason" in capsys.readouterr().out
