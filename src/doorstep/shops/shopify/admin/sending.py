"""Goods that are sent anew → an order of nothing to pay; an invoice → Shopify's own mail."""

from typing import Any

from doorstep.domain.errands import Try
from doorstep.domain.plugins import Flow
from doorstep.errors import RefusedError
from doorstep.shops.reading import dig, worded
from doorstep.shops.shopify.admin.calling import Admin, gid
from doorstep.shops.shopify.admin.editing import address_of
from doorstep.shops.shopify.admin.journal import NAMESPACE, begun, key_of, note
from doorstep.shops.shopify.admin.receipts import done, require_order, signed

_ORDER = """
query DoorstepSent($id: ID!, $namespace: String!, $key: String!) {
  order(id: $id) {
    id
    email
    customer { id }
    shippingAddress { firstName lastName company address1 address2 city provinceCode zip countryCodeV2 phone }
    metafield(namespace: $namespace, key: $key) { value }
  }
}
"""
_DRAFT = "query DoorstepDraft($id: ID!) { draftOrder(id: $id) { id status order { id name } } }"
_CREATE = """
mutation DoorstepDraft($input: DraftOrderInput!) {
  draftOrderCreate(input: $input) { draftOrder { id } userErrors { field message } }
}
"""
_COMPLETE = """
mutation DoorstepSend($id: ID!) {
  draftOrderComplete(id: $id) { draftOrder { id status order { id name } } userErrors { field message } }
}
"""
_INVOICE = """
mutation DoorstepInvoice($id: ID!) {
  orderInvoiceSend(id: $id) { order { id } userErrors { field message code } }
}
"""
_FREE = {"title": "Doorstep", "valueType": "PERCENTAGE", "value": 100.0}


def send_anew(one: Try, admin: Admin) -> Flow:
    """Have the wanted variants sent, free of charge: a draft order, its id written down, then completed, which Shopify does once."""
    order = one.order
    order_id = gid("Order", order.order)
    stands = require_order((yield from admin.ask(_ORDER, id=order_id, namespace=NAMESPACE, key=key_of(order.key))))
    draft_id = begun(stands)
    if draft_id:
        draft = dig((yield from admin.ask(_DRAFT, id=draft_id)), "draftOrder")
        if dig(draft, "status") == "COMPLETED":
            return done(f"it is sent as order {worded(dig(draft, 'order', 'name')) or ''}".strip(), worded(dig(draft, "order", "id")) or "")
    else:
        payload = yield from admin.do(_CREATE, input=_draft(one, stands))
        draft_id = worded(dig(payload, "draftOrder", "id")) or ""
        yield from note(admin, order_id, order.key, draft_id)
    draft = dig((yield from admin.do(_COMPLETE, id=draft_id)), "draftOrder")
    return done(f"it is sent as order {worded(dig(draft, 'order', 'name')) or ''}".strip(), worded(dig(draft, "order", "id")) or "")


def _draft(one: Try, stands: Any) -> dict[str, object]:
    order = one.order
    wants = [(line.wanted_id or line.variant_id, line.quantity) for line in order.lines]
    if not wants or not all(variant for variant, _ in wants):
        raise RefusedError("a line names no variant that is to be sent", suppress=False, code="lines")
    wanted: dict[str, object] = {
        "lineItems": [{"variantId": gid("ProductVariant", variant), "quantity": units} for variant, units in wants],
        "appliedDiscount": {**_FREE, "description": order.rma},
        "note": f"{signed(order)}, for order {order.order_number}",
        "tags": ["doorstep", order.rma],
        "email": worded(dig(stands, "email")),
        "purchasingEntity": {"customerId": customer} if (customer := worded(dig(stands, "customer", "id"))) else None,
        "shippingAddress": address_of(order.body["address"]) if order.body.get("address") else _kept(dig(stands, "shippingAddress")),
    }
    return {name: value for name, value in wanted.items() if value}


def _kept(address: Any) -> dict[str, str]:
    """Write an order's own address as the draft's."""
    names = ("firstName", "lastName", "company", "address1", "address2", "city", "provinceCode", "zip", "phone")
    written = {name: text for name in names if (text := worded(dig(address, name)))}
    return written | ({"countryCode": country} if (country := worded(dig(address, "countryCodeV2"))) else {})


def invoice(one: Try, admin: Admin) -> Flow:
    """Have Shopify mail its invoice to the order's own address."""
    order_id = gid("Order", one.order.order)
    yield from admin.do(_INVOICE, id=order_id)
    return done("Shopify has mailed its invoice", order_id)
