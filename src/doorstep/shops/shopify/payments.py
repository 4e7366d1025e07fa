"""Shopify's financial status and gateways → how an order is paid and what is due at the door."""

import re
from typing import Any

from doorstep.domain.money import Money
from doorstep.domain.orders import Payment
from doorstep.shops.reading import dig, listed, money_of, worded
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


def line_paid(line: dict[str, Any], order: dict[str, Any], price: Money | None, quantity: int) -> Money | None:
    """Return what was paid for a whole line: its share of the discounts taken off, taxes added that are not in its price.

    None where nothing comes off or on, or an amount cannot be read in the currency of the price: the price itself counts then, and what is
    left of the order's payments is the limit.
    Source: shopify.dev, Order resource, `line_items[].discount_allocations`, `line_items[].tax_lines`, `taxes_included`, as known on 2026-11-29.
    """
    off, on = listed(line.get("discount_allocations")), listed(line.get("tax_lines"))
    if price is None or not (off or on):
        return None
    taxed = on if order.get("taxes_included") is False else []
    less, more = _sum(off, "amount", price.currency), _sum(taxed, "price", price.currency)
    if less is None or more is None:
        return None
    return Money(max(0, price.amount_minor * quantity - less + more), price.currency)


def _sum(boxes: list[Any], name: str, currency: str) -> int | None:
    """Add amounts up, as the customer paid them; None where one cannot be read in this currency."""
    total = 0
    for box in boxes:
        money = paid_money(dig(box, f"{name}_set")) or money_of(dig(box, name), currency)
        if money is None or money.currency != currency:
            return None
        total += money.amount_minor
    return total
