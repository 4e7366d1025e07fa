"""Shopify's financial status and gateways → how an order is paid and what is due at the door."""

import re
from typing import Any

from doorstep.domain.money import Money
from doorstep.domain.orders import Payment
from doorstep.shops.reading import listed, money_of, worded
from doorstep.shops.shopify.identity import paid_money

#: Source: shopify.dev, Order resource, `financial_status`, as known on 2026-11-22. Authorised money is the shop's to take.
_PAYMENTS = {
    "pending": Payment.PENDING,
    "partially_paid": Payment.PENDING,
    "authorized": Payment.PAID,
    "paid": Payment.PAID,
    "partially_refunded": Payment.PARTLY_REFUNDED,
    "refunded": Payment.REFUNDED,
    "voided": Payment.VOIDED,
    "expired": Payment.VOIDED,
}
#: Cash on delivery is a manual payment method that each shop names as it likes: the usual words of the languages we know.
_AT_THE_DOOR = re.compile(
    r"\bcod\b|cash.on.delivery|contra.?re+mbolso|contra.?entrega|nachnahme|contrassegno|contre.remboursement|paiement.{1,5}la.livraison"
    r"|pagamento.na.entrega|onder.rembours|za.pobraniem|dob[ií]rk|ramburs|ut[aá]nv[eé]t|αντικαταβολ|kap.da.[oö]deme"
    r"|налож|післяплат|الدفع.عند.الاستلام",
    re.IGNORECASE,
)


def payment_of(box: dict[str, Any]) -> Payment:
    """Tell how an order is paid; a status we do not know is taken as not paid yet."""
    stated = _PAYMENTS.get(worded(box.get("financial_status")) or "", Payment.PENDING)
    gateways = [worded(name) or "" for name in [*listed(box.get("payment_gateway_names")), box.get("gateway")]]
    at_the_door = any(_AT_THE_DOOR.search(name.replace("_", " ")) for name in gateways)
    unpaid = stated is Payment.PENDING or (stated is Payment.PAID and box.get("financial_status") == "authorized")
    return Payment.COD if at_the_door and unpaid else stated


def cod_due(box: dict[str, Any]) -> Money | None:
    """Return what the customer owes at the door; None where it cannot be told in the currency the customer pays."""
    shop, paid = worded(box.get("currency")), worded(box.get("presentment_currency"))
    if paid in (None, shop) and (outstanding := money_of(box.get("total_outstanding"), shop)) and outstanding.amount_minor > 0:
        return outstanding
    if worded(box.get("financial_status")) == "partially_paid":
        return None
    return paid_money(box.get("current_total_price_set")) or (
        money_of(box.get("current_total_price") or box.get("total_price"), shop) if paid in (None, shop) else None
    )
