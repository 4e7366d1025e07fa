"""Errands → calls of Shopify's Admin GraphQL API → what became of them.

Source of every query and mutation: the Admin API's own schema of version 2026-10, as published in Shopify's npm package `@shopify/dev-mcp`
1.16.0 and read on 2026-11-29; and shopify.dev, "Implementing idempotency", "API rate limits" and "Status and error codes", as known on
that day. Shopify keeps a stable version for twelve months at least (shopify.dev, "API versioning").
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from doorstep.domain.actions.plans import ErrandKind
from doorstep.domain.errands import ErrandOrder, Try
from doorstep.domain.plugins import Errands, Flow, Setting, Settings
from doorstep.shops.shopify.admin.calling import Admin
from doorstep.shops.shopify.admin.editing import cancel, edit_address, edit_items
from doorstep.shops.shopify.admin.paying import credit, refund
from doorstep.shops.shopify.admin.returning import close_return, open_return
from doorstep.shops.shopify.admin.sending import invoice, send_anew

API_VERSION = "2026-10"

_RUNS: Mapping[ErrandKind, Callable[[Try, Admin], Flow]] = {
    ErrandKind.CANCEL_ORDER: cancel,
    ErrandKind.EDIT_ADDRESS: edit_address,
    ErrandKind.EDIT_ITEMS: edit_items,
    ErrandKind.REFUND: refund,
    ErrandKind.STORE_CREDIT: credit,
    ErrandKind.OPEN_RETURN: open_return,
    ErrandKind.CLOSE_RETURN: close_return,
    ErrandKind.EXCHANGE: send_anew,
    ErrandKind.REPLACE: send_anew,
    ErrandKind.INVOICE: invoice,
}

SETTINGS = (
    Setting(
        name="shop_domain",
        label="The shop's own address at Shopify, for errands",
        required=False,
        example="brand.myshopify.com",
    ),
    Setting(
        name="access_token",
        label="Admin API access token of your Shopify app, for errands: cancelling, changing, refunding, returns",
        secret=True,
        required=False,
        example="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",
    ),
    Setting(name="api_version", label="Version of the Admin API, for errands", required=False, default=API_VERSION, example=API_VERSION),
    Setting(name="base_url", label="Another address of the Admin API, for a test system", required=False, example="https://proxy.example"),
)


def takes(order: ErrandOrder, settings: Settings) -> bool:  # noqa: ARG001 - the signature of every plug-in
    """Tell whether Shopify can do it: not what the customer still pays for, and no invoice made out to somebody else."""
    if order.kind in {ErrandKind.EXCHANGE, ErrandKind.REPLACE} and order.to_pay is not None:
        return False
    if order.kind is ErrandKind.INVOICE and order.body.get("made_out_to"):
        return False
    return order.kind in _RUNS and bool(order.order)


def run(one: Try, settings: Settings, now: datetime) -> Flow:
    """Do an errand.

    Raises:
        RefusedError, TryLaterError, MisconfiguredError, UnknownOutcomeError: and nothing else.
    """
    return (yield from _RUNS[one.order.kind](one, Admin.of(settings, API_VERSION, now)))


#: A mail with an invoice has neither a key nor a trace that could be asked for.
ERRANDS = Errands(needs=("shop_domain", "access_token"), takes=takes, run=run, repeatable=frozenset(_RUNS) - {ErrandKind.INVOICE})
