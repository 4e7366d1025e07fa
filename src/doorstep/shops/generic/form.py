"""Doorstep's own order form: the structs that give the JSON schema, decode the JSON, and say what each field needs."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from doorstep.domain.orders import Payment
from doorstep.domain.vocabulary import ChannelKind, Purpose

_Short = Annotated[str, Meta(max_length=300)]
_Long = Annotated[str, Meta(max_length=2000)]
_Id = Annotated[str, Meta(min_length=1, max_length=200)] | Annotated[int, Meta(ge=0)]
_Decimal = Annotated[str, Meta(pattern=r"^-?[0-9]{1,13}(\.[0-9]{1,4})?$")]
_Currency = Annotated[str, Meta(pattern="^[A-Za-z]{3}$")]
_Moment = Annotated[datetime, Meta(tz=True)]
_Quantity = Annotated[int, Meta(ge=1, le=1_000_000_000)]
_Quantities = dict[str, _Quantity]


def _says(description: str, needed: str, *examples: object) -> Meta:
    """Describe a field for the schema, and say what is needed where something else was sent."""
    return Meta(description=description, examples=list(examples) or None, extra={"needed": needed})


_TEXT = "a text of at most 300 characters"
_MOMENT = 'a moment with its offset, such as "2026-11-22T09:30:00+01:00",'
_AMOUNT = 'an amount as decimal text such as "12.50", or {"amount_minor": 1250, "currency": "EUR"},'
_QUANTITIES = 'an object of line ids and whole numbers above 0, such as {"1": 2},'


class MoneyForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An amount in a currency's smallest unit."""

    amount_minor: Annotated[int, _says("In the smallest unit: 1250 is 12.50 EUR, but 1250 JPY.", "a whole number", 1250)]
    currency: Annotated[_Currency, _says("ISO 4217.", "three letters such as EUR", "EUR")]


_Amount = _Decimal | MoneyForm


class CustomerForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Who bought. Who receives stands in `ship_to`."""

    id: Annotated[_Id | None, _says("Your id of the customer.", "a text or whole number", "C-77")] = None
    first_name: Annotated[_Short | None, _says("Given name.", _TEXT, "Ana")] = None
    last_name: Annotated[_Short | None, _says("Family name.", _TEXT, "Ruiz")] = None
    email: Annotated[_Short | None, _says("Kept in lower case.", "an e-mail address", "ana@example.com")] = None
    phone: Annotated[
        _Short | None,
        _says("As people write it; read with the address's country. One that cannot exist is left out.", _TEXT, "+34 612 34 56 78"),
    ] = None
    earlier_orders: Annotated[
        Annotated[int, Meta(ge=0, le=1_000_000)] | None, _says("Orders before this one; leave out if not known.", "a whole number", 2)
    ] = None


class AddressForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where it goes."""

    name: Annotated[_Short | None, _says("Of the person on the label.", _TEXT, "Ana Ruiz")] = None
    company: Annotated[_Short | None, _says("Company on the label.", _TEXT)] = None
    lines: Annotated[list[_Short], _says("Street lines, in order.", "a list of texts", ["Calle Mayor 1"])] = []
    city: Annotated[_Short | None, _says("City.", _TEXT, "Madrid")] = None
    region: Annotated[_Short | None, _says("State or province, best as its ISO 3166-2 code.", _TEXT, "M")] = None
    postcode: Annotated[_Short | None, _says("Post code.", _TEXT, "28013")] = None
    country: Annotated[
        Annotated[str, Meta(pattern="^[A-Za-z]{2}$")] | None, _says("ISO 3166-1 alpha-2.", "two letters such as ES", "ES")
    ] = None
    phone: Annotated[_Short | None, _says("For the carrier.", _TEXT, "+34 612 34 56 78")] = None


class LineForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One product as sold."""

    id: Annotated[_Id | None, _says("Unique within the order; default: its place, from 1.", "a text or whole number", "1")] = None
    name: Annotated[_Short, _says("As the customer knows it.", _TEXT, "Teapot")]
    quantity: Annotated[_Quantity, _says("How many.", "a whole number above 0", 1)] = 1
    sku: Annotated[_Short | None, _says("Your article number.", _TEXT, "POT-1")] = None
    options: Annotated[dict[_Short, _Short], _says("Chosen options, in order.", "an object of texts", {"Colour": "blue"})] = {}
    unit_price: Annotated[_Amount | None, _says("For one.", _AMOUNT, "12.50")] = None
    paid: Annotated[
        _Amount | None, _says("For all of them, after discounts, with taxes; default: unit_price for each.", _AMOUNT, "11.00")
    ] = None
    image_url: Annotated[_Long | None, _says("Picture.", "a web address", "https://shop.example/pot.jpg")] = None
    product_url: Annotated[_Long | None, _says("Page of the product.", "a web address", "https://shop.example/pot")] = None
    category: Annotated[_Short | None, _says("Kind of product.", _TEXT, "Kitchen")] = None
    product_id: Annotated[_Id | None, _says("Your id of the product, as in `products`.", "a text or whole number", "P-1")] = None
    variant_id: Annotated[_Id | None, _says("Your id of the variant, as in `products`.", "a text or whole number", "V-1")] = None
    tags: Annotated[list[_Short], _says("Your own labels of the product.", "a list of texts", ["fragile"])] = []
    final_sale: Annotated[bool, _says("Sold without the right to send it back.", "true or false", False)] = False  # noqa: FBT003 - an example's value


class VariantForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One thing that can be bought."""

    id: Annotated[_Id, _says("Your id of the variant.", "a text or whole number", "V-1")]
    sku: Annotated[_Short | None, _says("Your article number.", _TEXT, "POT-1")] = None
    options: Annotated[dict[_Short, _Short], _says("What makes it differ, in order.", "an object of texts", {"Colour": "blue"})] = {}
    price: Annotated[_Amount, _says("For one.", _AMOUNT, "12.50")]
    available: Annotated[bool, _says("Whether it is sold now.", "true or false", True)] = True  # noqa: FBT003 - an example's value
    stock: Annotated[
        Annotated[int, Meta(ge=0, le=2_000_000_000)] | None,
        _says("Units that lie there; leave out if you do not count them.", "a whole number", 3),
    ] = None
    image_url: Annotated[_Long | None, _says("Picture.", "a web address", "https://shop.example/pot-blue.jpg")] = None


class ProductForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A product as last known to you, with all its variants: one that is left out is taken as gone."""

    id: Annotated[_Id, _says("Your id of the product.", "a text or whole number", "P-1")]
    name: Annotated[_Short, _says("As the customer knows it.", _TEXT, "Teapot")]
    updated_at: Annotated[
        _Moment | None, _says("Its last change with you; of two tellings the later counts. Default: the moment of receipt.", _MOMENT)
    ] = None
    currency: Annotated[_Currency | None, _says("ISO 4217, for amounts given as text.", "three letters such as EUR", "EUR")] = None
    variants: Annotated[list[VariantForm], _says("What can be bought.", "a list of variants")] = []


class PromiseForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the customer was told at checkout."""

    from_on: Annotated[date | None, _says("First day promised.", "a date such as 2026-11-24", "2026-11-24")] = None
    to_on: Annotated[date, _says("Last day promised.", "a date such as 2026-11-26", "2026-11-26")]


class ConsentForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One yes or no of the customer."""

    purpose: Annotated[Purpose, _says("What for.", "one of transactional, marketing", "marketing")]
    granted: Annotated[bool, _says("Yes or no.", "true or false", True)]  # noqa: FBT003 - an example's value
    channel: Annotated[ChannelKind | None, _says("Default: every channel.", "one of email, sms", "email")] = None
    at: Annotated[_Moment | None, _says("When; default: `placed_at`.", _MOMENT, "2026-11-22T09:30:00+01:00")] = None
    wording: Annotated[_Long | None, _says("The sentence agreed to.", "a text of at most 2000 characters")] = None


class FulfilmentForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One act of sending."""

    id: Annotated[_Id | None, _says("Default: the first tracking number.", "a text or whole number, or a tracking number,", "F-1")] = None
    created_at: Annotated[_Moment, _says("When it was sent.", _MOMENT, "2026-11-22T16:00:00+01:00")]
    updated_at: Annotated[_Moment | None, _says("Its last change; default: the order's `updated_at`.", _MOMENT)] = None
    active: Annotated[bool, _says("False once cancelled.", "true or false", True)] = True  # noqa: FBT003 - an example's value
    carrier: Annotated[_Short | None, _says("As you call it.", _TEXT, "DHL Express")] = None
    service: Annotated[_Short | None, _says("The carrier's service.", _TEXT, "Worldwide")] = None
    tracking_numbers: Annotated[list[_Short], _says("All of them.", "a list of texts", ["JD014600003SE"])] = []
    tracking_urls: Annotated[list[_Long], _says("In the same order.", "a list of web addresses")] = []
    lines: Annotated[_Quantities, _says("Line id → how many; default: all lines.", _QUANTITIES, {"1": 1})] = {}


class RefundForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Money that went back."""

    id: Annotated[_Id, _says("Your id of it.", "a text or whole number", "R-1")]
    at: Annotated[_Moment, _says("When.", _MOMENT, "2026-11-25T10:00:00+01:00")]
    amount: Annotated[_Amount | None, _says("How much.", _AMOUNT, "12.50")] = None
    lines: Annotated[_Quantities, _says("Line id → how many.", _QUANTITIES, {"1": 1})] = {}
    note: Annotated[_Long | None, _says("Why.", "a text of at most 2000 characters")] = None


class OrderForm(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An order as last known to you. Send the whole of it each time: what is left out is taken as gone."""

    id: Annotated[_Id, _says("Your id of the order; the same id again is the same order.", "a text or whole number", "1001")]
    number: Annotated[_Id | None, _says("What the customer sees; default: `id`.", "a text or whole number", "#1001")] = None
    placed_at: Annotated[_Moment, _says("When it was placed.", _MOMENT, "2026-11-22T09:30:00+01:00")]
    updated_at: Annotated[
        _Moment | None,
        _says(
            "Its last change with you; of two tellings the later counts. Default: the moment of receipt at the API, else its newest moment.",
            _MOMENT,
        ),
    ] = None
    customer: Annotated[CustomerForm | None, _says("Who bought.", "an object")] = None
    ship_to: Annotated[AddressForm | None, _says("Where it goes.", "an object")] = None
    lines: Annotated[list[LineForm], _says("What was bought.", "a list of lines")] = []
    currency: Annotated[_Currency | None, _says("ISO 4217, for amounts given as text.", "three letters such as EUR", "EUR")] = None
    total: Annotated[_Amount | None, _says("All in all.", _AMOUNT, "12.50")] = None
    payment: Annotated[Payment, _says("How it is paid.", "one of pending, paid, cod, partly_refunded, refunded, voided", "paid")] = (
        Payment.PENDING
    )
    cod_due: Annotated[_Amount | None, _says("To be paid at the door; default with payment cod: `total`.", _AMOUNT, "12.50")] = None
    locale: Annotated[_Short | None, _says("The customer's language, BCP 47.", "a language tag such as es or en-GB", "es")] = None
    promise: Annotated[PromiseForm | None, _says("What was promised at checkout.", "an object with to_on")] = None
    consents: Annotated[list[ConsentForm], _says("What the customer agreed to.", "a list of consents")] = []
    fulfilments: Annotated[list[FulfilmentForm], _says("What was sent.", "a list of fulfilments")] = []
    refunds: Annotated[list[RefundForm], _says("What went back.", "a list of refunds")] = []
    cancelled_at: Annotated[_Moment | None, _says("When it was cancelled; cannot be taken back.", _MOMENT)] = None
    cancel_reason: Annotated[_Short | None, _says("Why.", _TEXT, "customer")] = None
    tags: Annotated[list[_Short], _says("Your own labels.", "a list of texts", ["gift"])] = []
