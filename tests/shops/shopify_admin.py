"""A Shopify of our own for errands: each document is validated against the written-down schema, then carried out on one order in memory."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import GraphQLError, build_schema, graphql_sync, parse, validate

from doorstep.domain.plugins import HttpRequest, Response
from doorstep.errors import DoorstepError, TryLaterError, UnknownOutcomeError

SCHEMA = build_schema((Path(__file__).parent / "shopify_admin.graphql").read_text("utf-8"))
ORDER = "gid://shopify/Order/1001"


def _no(message: str, code: str = "INVALID") -> dict[str, Any]:
    return {"userErrors": [{"field": ["input"], "message": message, "code": code}]}


class Root:
    """What Shopify holds of one order, and what may be done to it."""

    def __init__(self) -> None:
        self.cancelled = False
        #: Asked so often whether the job is done, it is.
        self.job_takes = 0
        self.job: str | None = None
        self.metafields: dict[str, str] = {}
        self.lines = {"11": ["101", 2], "12": ["102", 1]}
        self.address: dict[str, Any] = {
            "firstName": "Ana",
            "lastName": "Ruiz",
            "address1": "Calle 1",
            "city": "Madrid",
            "countryCodeV2": "ES",
        }
        self.refunds: list[dict[str, Any]] = []
        self.refundable = {"gid://shopify/OrderTransaction/1": 3000, "gid://shopify/OrderTransaction/2": 1000}
        self.by_key: dict[str, Any] = {}
        self.cards: dict[str, str] = {}
        self.returns: list[dict[str, Any]] = []
        self.drafts: dict[str, dict[str, Any]] = {}
        self.invoices = 0
        self.cancellations = 0
        self.edit: dict[str, Any] | None = None
        self.has_customer = True
        #: The idempotency key of the request at hand.
        self.key = ""

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def order(self, _: Any, id: str) -> Any:  # noqa: A002 - Shopify's name
        return self._order() if id == ORDER else None

    def _order(self) -> dict[str, Any]:
        def money(minor: int) -> dict[str, Any]:
            amount = {"amount": f"{minor / 100:.2f}", "currencyCode": "EUR"}
            return {"presentmentMoney": amount, "shopMoney": amount}

        suggested = [
            {"gateway": "shopify_payments", "parentTransaction": {"id": one}, "maximumRefundableSet": money(minor)}
            for one, minor in self.refundable.items()
        ]
        return {
            "id": ORDER,
            "name": "#1001",
            "email": "ana@customer.example",
            "cancelledAt": "2026-11-29T12:00:00Z" if self.cancelled else None,
            "presentmentCurrencyCode": "EUR",
            "customer": {"id": "gid://shopify/Customer/7"} if self.has_customer else None,
            "shippingAddress": self.address,
            "metafield": lambda info, key, namespace=None: (
                {"id": "gid://shopify/Metafield/1", "value": self.metafields[key]} if key in self.metafields else None
            ),
            "lineItems": {
                "nodes": [
                    {
                        "id": f"gid://shopify/LineItem/{line}",
                        "currentQuantity": units,
                        "quantity": units,
                        "variant": {"id": f"gid://shopify/ProductVariant/{variant}"},
                    }
                    for line, (variant, units) in self.lines.items()
                ]
            },
            "refunds": self.refunds,
            "suggestedRefund": {"suggestedTransactions": suggested},
            "returns": {"nodes": self.returns},
        }

    def job_of(self) -> dict[str, Any]:
        if self.job_takes:
            self.job_takes -= 1
        else:
            self.cancelled = True
        return {"id": self.job, "done": self.cancelled}

    def draftOrder(self, _: Any, id: str) -> Any:  # noqa: A002, N802
        return self.drafts.get(id)

    def returnableFulfillments(self, _: Any, orderId: str, first: int) -> Any:  # noqa: N802, N803
        lines = [
            {
                "quantity": units,
                "fulfillmentLineItem": {
                    "id": f"gid://shopify/FulfillmentLineItem/{line}{part}",
                    "lineItem": {"id": f"gid://shopify/LineItem/{line}", "currentQuantity": units, "quantity": units},
                },
            }
            for line, part, units in (("11", 0, 1), ("11", 1, 1), ("12", 0, 1))
        ]
        return {"nodes": [{"returnableFulfillmentLineItems": {"nodes": lines}}]}

    def metafieldsSet(self, _: Any, metafields: list[dict[str, Any]]) -> Any:  # noqa: N802
        for one in metafields:
            assert one["ownerId"] == ORDER
            assert 3 <= len(one["key"]) <= 64
            self.metafields[one["key"]] = one["value"]
        return {"metafields": [{"id": "gid://shopify/Metafield/1", "value": ""}], "userErrors": []}

    def orderCancel(self, _: Any, **given: Any) -> Any:  # noqa: N802
        assert given["refundMethod"] == {"originalPaymentMethodsRefund": True}
        self.cancellations += 1
        if self.cancelled or self.job:
            return {"orderCancelUserErrors": [{"message": "cancelled already", "code": "INVALID"}]}
        self.job = "gid://shopify/Job/1"
        self.cancelled = self.job_takes == 0
        return {"job": {"id": self.job, "done": False}, "orderCancelUserErrors": []}

    def orderUpdate(self, _: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        self.address = {**input["shippingAddress"], "countryCodeV2": input["shippingAddress"]["countryCode"]}
        return {"order": self._order(), "userErrors": []}

    def orderEditBegin(self, _: Any, id: str) -> Any:  # noqa: A002, N802
        self.edit = {"left": {}, "added": []}
        lines = [{"id": f"gid://shopify/CalculatedLineItem/{line}", "quantity": units} for line, (_, units) in self.lines.items()]
        return {"calculatedOrder": {"id": "gid://shopify/CalculatedOrder/5", "lineItems": {"nodes": lines}}, "userErrors": []}

    def orderEditSetQuantity(self, _: Any, lineItemId: str, quantity: int, **__: Any) -> Any:  # noqa: N802, N803
        assert self.edit is not None
        self.edit["left"][lineItemId.rpartition("/")[2]] = quantity
        return {"calculatedLineItem": {"id": lineItemId, "quantity": quantity}, "userErrors": []}

    def orderEditAddVariant(self, _: Any, variantId: str, quantity: int, **__: Any) -> Any:  # noqa: N802, N803
        assert self.edit is not None
        self.edit["added"].append((variantId.rpartition("/")[2], quantity))
        return {"calculatedLineItem": {"id": "gid://shopify/CalculatedLineItem/9", "quantity": quantity}, "userErrors": []}

    def orderEditCommit(self, _: Any, **__: Any) -> Any:  # noqa: N802
        assert self.edit is not None
        for line, units in self.edit["left"].items():
            self.lines[line][1] = units
        for variant, units in self.edit["added"]:
            self.lines[str(20 + len(self.lines))] = [variant, units]
        self.edit = None
        return {"order": self._order(), "userErrors": []}

    def refundCreate(self, info: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        assert [one.name.value for one in info.field_nodes[0].directives] == ["idempotent"], "mandatory from 2026-04 on"
        key = self.key
        if key in self.by_key:
            return self.by_key[key]
        for part in input.get("transactions") or ():
            minor = round(float(part["amount"]) * 100)
            if minor > self.refundable[part["parentId"]]:
                return _no("more than was paid")
            self.refundable[part["parentId"]] -= minor
        made = {"id": f"gid://shopify/Refund/{len(self.refunds) + 1}", "note": input["note"], "input": input}
        self.refunds.append(made)
        self.by_key[key] = {"refund": made, "userErrors": []}
        return self.by_key[key]

    def giftCardCreate(self, _: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        if input["code"] in self.cards:
            return _no("code is taken", "TAKEN")
        self.cards[input["code"]] = input["initialAmount"]["amount"]
        return {"giftCard": {"id": "gid://shopify/GiftCard/1"}, "userErrors": []}

    def returnCreate(self, _: Any, returnInput: dict[str, Any]) -> Any:  # noqa: N802, N803
        lines = returnInput["returnLineItems"]
        made = {"id": f"gid://shopify/Return/{len(self.returns) + 1}", "status": "OPEN", "returnLineItems": {"nodes": lines}}
        self.returns.append(made)
        return {"return": made, "userErrors": []}

    def ended(self, id: str, status: str) -> Any:  # noqa: A002
        [made] = [one for one in self.returns if one["id"] == id]
        made["status"] = status
        return {"return": made, "userErrors": []}

    def draftOrderCreate(self, _: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        made = {"id": f"gid://shopify/DraftOrder/{len(self.drafts) + 1}", "status": "OPEN", "order": None, "input": input}
        self.drafts[made["id"]] = made
        return {"draftOrder": made, "userErrors": []}

    def draftOrderComplete(self, _: Any, id: str) -> Any:  # noqa: A002, N802
        made = self.drafts[id]
        if made["status"] == "COMPLETED":
            return _no("this draft is completed")
        made |= {"status": "COMPLETED", "order": {"id": "gid://shopify/Order/2002", "name": "#2002"}}
        return {"draftOrder": made, "userErrors": []}

    def orderInvoiceSend(self, _: Any, id: str) -> Any:  # noqa: A002, N802
        self.invoices += 1
        return {"order": self._order(), "userErrors": []}

    @property
    def sent(self) -> int:
        """Orders that were sent anew."""
        return sum(one["status"] == "COMPLETED" for one in self.drafts.values())


_SPECIAL = {
    "job": lambda root, _, id: root.job_of() if id == root.job else None,  # noqa: A006
    "return": lambda root, _, id: next((one for one in root.returns if one["id"] == id), None),  # noqa: A006
    "returnClose": lambda root, _, id: root.ended(id, "CLOSED"),  # noqa: A006
    "returnCancel": lambda root, _, id: root.ended(id, "CANCELED"),  # noqa: A006
}
for _type in (SCHEMA.query_type, SCHEMA.mutation_type):
    for _name, _field in (_type.fields if _type else {}).items():
        _field.resolve = _SPECIAL.get(_name) or (lambda root, info, _n=_name, **given: getattr(root, _n)(info, **given))


class Shopify:
    """The API before its shop: what it is asked, and how it fails."""

    def __init__(self) -> None:
        self.root = Root()
        self.asked: list[HttpRequest] = []
        self.operations: Counter[str] = Counter()
        #: Operation name → what happens to its next calls: "lost" (done, no answer), "down" (not done), a Response, or an error to be thrown.
        self.faults: dict[str, Iterator[Any]] = {}

    def fault(self, operation: str, *kinds: Any) -> None:
        """Let the next calls of an operation go wrong."""
        self.faults[operation] = iter(kinds)

    def answer(self, request: HttpRequest) -> Response:
        """Carry one request out.

        Raises:
            DoorstepError: as the wire would.
        """
        self.asked.append(request)
        told = json.loads(request.body)
        document = parse(told["query"])
        assert not validate(SCHEMA, document), validate(SCHEMA, document)
        name = document.definitions[0].name.value  # type: ignore[union-attr]
        self.operations[name] += 1
        fault = next(self.faults.get(name, iter(())), None)
        if fault == "down":
            raise TryLaterError("no connection to the provider: ConnectError")
        if isinstance(fault, Response):
            return fault
        if isinstance(fault, DoorstepError):
            raise fault
        self.root.key = told["variables"].get("key", "")
        done = graphql_sync(SCHEMA, told["query"], root_value=self.root, variable_values=told["variables"])
        for error in done.errors or ():
            raise error.original_error if isinstance(error.original_error, AssertionError) else GraphQLError(str(error))
        if fault == "lost":
            if request.repeatable:
                raise TryLaterError("the provider did not answer: ReadTimeout")
            raise UnknownOutcomeError("the call left and was not answered: ReadTimeout")
        return Response(status=200, body=json.dumps({"data": done.data}).encode())

    def run(self, flow: Any) -> Any:
        """Drive a flow to its receipt."""
        try:
            request = next(flow)
            while True:
                try:
                    response = self.answer(request)
                except DoorstepError as error:
                    request = flow.throw(error)
                else:
                    request = flow.send(response)
        except StopIteration as stop:
            return stop.value
