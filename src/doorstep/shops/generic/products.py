"""A filled-in product form → one product with its variants, or an error that names the field."""

from datetime import UTC, datetime

import msgspec

from doorstep.domain.actions.known import KnownVariant
from doorstep.domain.money import Money
from doorstep.domain.plugins import ProductSeen
from doorstep.errors import BadInputError
from doorstep.shops.generic.faults import fault_of, join
from doorstep.shops.generic.form import MoneyForm, ProductForm, VariantForm
from doorstep.shops.reading import EARLIEST, LATEST, web_address_of, worded


def read_product(data: object, path: str = "") -> ProductSeen:
    """Read one product from decoded JSON that stands at `path` of what was sent.

    Raises:
        BadInputError: a field is missing, wrong or unknown; the text begins with its path. Nothing else.
    """
    try:
        form = msgspec.convert(data, ProductForm)
    except msgspec.ValidationError as error:
        raise fault_of(error, ProductForm, path) from error
    except RecursionError as error:
        raise BadInputError(f"{path}: is nested too deeply") from error
    product_id, name = _required(form.id, join(path, "id")), _required(form.name, join(path, "name"))
    variants = [_variant(one, join(path, f"variants[{at}]"), form, product_id, name) for at, one in enumerate(form.variants)]
    ids = [one.variant_id for one in variants]
    for at, one in enumerate(ids):
        if one in ids[:at]:
            raise BadInputError(f"{join(path, f'variants[{at}].id')}: stands twice in this product")
    return ProductSeen(product_id=product_id, told_at=_moment(form.updated_at, join(path, "updated_at")), variants=tuple(variants))


def _variant(form: VariantForm, path: str, product: ProductForm, product_id: str, name: str) -> KnownVariant:
    image_url = web_address_of(form.image_url)
    if worded(form.image_url) and image_url is None:
        raise BadInputError(f"{path}.image_url: a web address that begins with https:// is needed")
    price = _price(form.price, product.currency, path)
    if price.amount_minor < 0:
        raise BadInputError(f"{path}.price: an amount of 0 or more is needed")
    return KnownVariant(
        variant_id=_required(form.id, f"{path}.id"),
        product_id=product_id,
        name=name,
        sku=worded(form.sku) or "",
        options={key: value for one, chosen in form.options.items() if (key := worded(one)) and (value := worded(chosen))},
        price=price,
        available=form.available,
        stock=form.stock,
        image_url=image_url,
    )


def _price(told: str | MoneyForm, currency: str | None, path: str) -> Money:
    if isinstance(told, MoneyForm):
        if abs(told.amount_minor) >= 10**15:
            raise BadInputError(f"{path}.price.amount_minor: a whole number of at most 15 digits is needed")
        return Money(told.amount_minor, told.currency.upper())
    if currency is None:
        raise BadInputError(f"{path}.price: needs the product's currency")
    try:
        return Money.of(told, currency.upper())
    except ValueError as error:
        raise BadInputError(f"{path}.price: {error}") from error


def _moment(told: datetime | None, path: str) -> datetime | None:
    if told is None:
        return None
    try:
        at = told.astimezone(UTC)
    except OverflowError:
        at = LATEST
    if not EARLIEST <= at < LATEST:
        raise BadInputError(f"{path}: a moment from 1990 to 2199 is needed")
    return at


def _required(told: str | int, path: str) -> str:
    if not (text := worded(told)):
        raise BadInputError(f"{path}: must not be blank")
    return text
