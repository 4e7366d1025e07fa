"""A filled-in order form → one order, or an error that names the field."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from doorstep.domain.money import Money
from doorstep.domain.orders import Consent, Customer, Fulfilment, Order, OrderLine, Payment, Promise, Refund
from doorstep.domain.places import Address
from doorstep.errors import BadInputError
from doorstep.shops.generic.faults import fault_of, join
from doorstep.shops.generic.form import AddressForm, ConsentForm, CustomerForm, FulfilmentForm, LineForm, MoneyForm, OrderForm, RefundForm
from doorstep.shops.reading import EARLIEST, LATEST, email_of, language_of, phone_of, web_address_of, worded


def read_order(data: object, path: str = "", *, received_at: datetime | None = None) -> Order:
    """Read one order from decoded JSON that stands at `path` of what was sent ("" for the whole of it).

    `received_at` (aware) counts as the order's last change if it does not say its own.

    Raises:
        BadInputError: a field is missing, wrong or unknown; the text begins with its path. Nothing else.
    """
    try:
        form = msgspec.convert(data, OrderForm)
    except msgspec.ValidationError as error:
        raise fault_of(error, OrderForm, path) from error
    except RecursionError as error:
        raise BadInputError(f"{path or 'the body'}: is nested too deeply") from error
    return to_order(form, path, received_at=received_at)


def read_orders(data: object, *, received_at: datetime | None = None) -> tuple[Order, ...]:
    """Read one order, a list of them, or {"orders": [...]}; all or none.

    Raises:
        BadInputError: see `read_order`. Nothing else.
    """
    if isinstance(data, dict) and data.keys() == {"orders"} and isinstance(data["orders"], list):
        data = data["orders"]
    if isinstance(data, list):
        return tuple(read_order(one, f"orders[{at}]", received_at=received_at) for at, one in enumerate(data))
    return (read_order(data, received_at=received_at),)


def order_form() -> dict[str, Any]:
    """Return the JSON schema (2020-12) of one order, with its parts under `$defs`."""
    return msgspec.json.schema(OrderForm)


def to_order(form: OrderForm, path: str = "", *, received_at: datetime | None = None) -> Order:
    """Make the order that a form tells of; see `read_order`.

    Raises:
        BadInputError: what the schema cannot check is wrong; the text begins with its path. Nothing else.
    """
    return _Reader(form, path, received_at).order()


class _Reader:
    """One form being read: its path for errors, its currency for amounts, its moments for defaults."""

    def __init__(self, form: OrderForm, path: str, received_at: datetime | None) -> None:
        self.form = form
        self.path = path
        self.currency = form.currency.upper() if form.currency else None
        self.placed_at = self.moment(form.placed_at, "placed_at")
        updated_at = self.moment(form.updated_at, "updated_at") if form.updated_at else received_at
        self.updated_at = updated_at.astimezone(UTC) if updated_at else None
        self.country = form.ship_to.country.upper() if form.ship_to and form.ship_to.country else None
        self.line_ids = [
            self.required(line.id, f"lines[{at}].id") if line.id is not None else str(at + 1) for at, line in enumerate(form.lines)
        ]

    def fault(self, name: str, what: str) -> BadInputError:
        return BadInputError(f"{join(self.path, name)}: {what}")

    def order(self) -> Order:
        form = self.form
        total = self.money(form.total, "total")
        fulfilments = tuple(self.fulfilment(one, f"fulfilments[{at}]") for at, one in enumerate(form.fulfilments))
        refunds = tuple(self.refund(one, f"refunds[{at}]") for at, one in enumerate(form.refunds))
        self.distinct(self.line_ids, "lines")
        self.distinct([one.fulfilment_id for one in fulfilments], "fulfilments")
        self.distinct([one.refund_id for one in refunds], "refunds")
        cancelled_at = self.moment(form.cancelled_at, "cancelled_at") if form.cancelled_at else None
        external_id = self.required(form.id, "id")
        return Order(
            external_id=external_id,
            number=worded(form.number) or external_id,
            placed_at=self.placed_at,
            updated_at=self.updated_at or self.newest([*(f.updated_at for f in fulfilments), *(r.at for r in refunds), cancelled_at]),
            customer=self.customer(form.customer) if form.customer else Customer(),
            ship_to=self.address(form.ship_to) if form.ship_to else None,
            lines=tuple(self.line(line, at) for at, line in enumerate(form.lines)),
            total=total,
            payment=form.payment,
            cod_due=self.cod_due(total),
            locale=self.locale(),
            promise=self.promise(),
            consents=tuple(self.consent(one, f"consents[{at}]") for at, one in enumerate(form.consents)),
            fulfilments=fulfilments,
            refunds=refunds,
            cancelled_at=cancelled_at,
            cancel_reason=worded(form.cancel_reason),
            tags=tuple(dict.fromkeys(tag for one in form.tags if (tag := worded(one)))),
        )

    def customer(self, form: CustomerForm) -> Customer:
        email = email_of(form.email)
        if email is None and worded(form.email):
            raise self.fault("customer.email", "an e-mail address is needed")
        return Customer(
            external_id=worded(form.id),
            first_name=worded(form.first_name),
            last_name=worded(form.last_name),
            email=email,
            phone=phone_of(worded(form.phone), self.country),
            earlier_orders=form.earlier_orders,
        )

    def address(self, form: AddressForm) -> Address:
        phone = worded(form.phone)
        return Address(
            name=worded(form.name),
            company=worded(form.company),
            lines=tuple(line for one in form.lines if (line := worded(one))),
            city=worded(form.city),
            region=worded(form.region),
            postcode=worded(form.postcode),
            country=self.country,
            phone=phone_of(phone, self.country) or phone,
        )

    def line(self, form: LineForm, at: int) -> OrderLine:
        name = f"lines[{at}]"
        return OrderLine(
            line_id=self.line_ids[at],
            name=self.required(form.name, f"{name}.name"),
            sku=worded(form.sku),
            options={key: value for one, chosen in form.options.items() if (key := worded(one)) and (value := worded(chosen))},
            quantity=form.quantity,
            unit_price=self.money(form.unit_price, f"{name}.unit_price"),
            paid=self.money(form.paid, f"{name}.paid"),
            image_url=self.web_address(form.image_url, f"{name}.image_url"),
            product_url=self.web_address(form.product_url, f"{name}.product_url"),
            category=worded(form.category),
            product_id=worded(form.product_id),
            variant_id=worded(form.variant_id),
            tags=tuple(dict.fromkeys(tag for one in form.tags if (tag := worded(one)))),
            final_sale=form.final_sale,
        )

    def fulfilment(self, form: FulfilmentForm, name: str) -> Fulfilment:
        created_at = self.moment(form.created_at, f"{name}.created_at")
        numbers = tuple(dict.fromkeys(number for one in form.tracking_numbers if (number := worded(one))))
        fulfilment_id = worded(form.id) or next(iter(numbers), None)
        if fulfilment_id is None:
            raise self.fault(f"{name}.id", "an id or a tracking number is needed")
        urls = [self.web_address(one, f"{name}.tracking_urls[{at}]") for at, one in enumerate(form.tracking_urls)]
        updated_at = self.moment(form.updated_at, f"{name}.updated_at") if form.updated_at else self.updated_at
        return Fulfilment(
            fulfilment_id=fulfilment_id,
            created_at=created_at,
            updated_at=updated_at or created_at,
            active=form.active,
            carrier=worded(form.carrier),
            service=worded(form.service),
            tracking_numbers=numbers,
            tracking_urls=tuple(url for url in urls if url),
            lines=self.quantities(form.lines, f"{name}.lines"),
        )

    def refund(self, form: RefundForm, name: str) -> Refund:
        return Refund(
            refund_id=self.required(form.id, f"{name}.id"),
            at=self.moment(form.at, f"{name}.at"),
            amount=self.money(form.amount, f"{name}.amount"),
            lines=self.quantities(form.lines, f"{name}.lines"),
            note=worded(form.note),
        )

    def consent(self, form: ConsentForm, name: str) -> Consent:
        if form.channel not in (None, "email", "sms"):
            raise self.fault(f"{name}.channel", "one of email, sms is needed")
        at = self.moment(form.at, f"{name}.at") if form.at else self.placed_at
        return Consent(purpose=form.purpose, channel=form.channel, granted=form.granted, source="api", at=at, wording=worded(form.wording))

    def promise(self) -> Promise | None:
        told = self.form.promise
        if told is None:
            return None
        if not EARLIEST.date() <= told.to_on < LATEST.date():
            raise self.fault("promise.to_on", "a date from 1990 to 2199 is needed")
        if told.from_on and not EARLIEST.date() <= told.from_on <= told.to_on:
            raise self.fault("promise.from_on", "a date not after to_on is needed")
        return Promise(told.from_on, told.to_on, "api")

    def locale(self) -> str | None:
        told = worded(self.form.locale)
        if told and language_of(told) is None:
            raise self.fault("locale", "a language tag such as es or en-GB is needed")
        return language_of(told)

    def cod_due(self, total: Money | None) -> Money | None:
        due = self.money(self.form.cod_due, "cod_due")
        if due and self.form.payment is not Payment.COD:
            raise self.fault("cod_due", 'goes with "payment": "cod" only')
        return (due or total) if self.form.payment is Payment.COD else None

    def money(self, told: str | MoneyForm | None, name: str) -> Money | None:
        if told is None:
            return None
        if isinstance(told, MoneyForm):
            if abs(told.amount_minor) >= 10**15:
                raise self.fault(f"{name}.amount_minor", "a whole number of at most 15 digits is needed")
            return Money(told.amount_minor, told.currency.upper())
        if self.currency is None:
            raise self.fault("currency", f"is needed for the amount in {name}")
        try:
            return Money.of(told, self.currency)
        except ValueError as error:
            raise self.fault(name, str(error)) from error

    def moment(self, told: datetime, name: str) -> datetime:
        try:
            at = told.astimezone(UTC)
        except OverflowError:
            at = LATEST
        if not EARLIEST <= at < LATEST:
            raise self.fault(name, "a moment from 1990 to 2199 is needed")
        return at

    def newest(self, moments: Iterable[datetime | None]) -> datetime:
        return max([self.placed_at, *(at for at in moments if at)])

    def web_address(self, told: str | None, name: str) -> str | None:
        if worded(told) and web_address_of(told) is None:
            raise self.fault(name, "a web address that begins with https:// is needed")
        return web_address_of(told)

    def required(self, told: str | int, name: str) -> str:
        if not (text := worded(told)):
            raise self.fault(name, "must not be blank")
        return text

    def quantities(self, told: dict[str, int], name: str) -> dict[str, int]:
        for line_id in told:
            if self.line_ids and line_id not in self.line_ids:
                raise self.fault(f"{name}.{line_id[:60]}", "no line of this order has this id")
        return {key: count for line_id, count in told.items() if (key := worded(line_id))}

    def distinct(self, ids: Sequence[str], name: str) -> None:
        for at, one in enumerate(ids):
            if one in ids[:at]:
                raise self.fault(f"{name}[{at}].id", "stands twice in this order")
