"""The fields that say where goods come back to, and how large such a parcel is taken to be ↔ `settings["return_address"]`, `["return_parcel"]`."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict

from doorstep.carriers.countries import country_of
from doorstep.carriers.paper import printable
from doorstep.domain.labels import ParcelSize
from doorstep.errors import BadInputError
from doorstep.web.look.asking import clean_text

#: Name in the form, name in the address, label.
_TEXTS = (
    ("back_name", "name", "Name"),
    ("back_company", "company", "Company"),
    ("back_postcode", "postcode", "Post code"),
    ("back_city", "city", "Town"),
    ("back_region", "region", "State or province"),
    ("back_country", "country", "Country"),
    ("back_phone", "phone", "Telephone"),
)
_STREET = "back_street"
_WEIGHT, _HEAVIEST_G = "back_weight_g", 70_000
_LINES, _LONGEST = 3, 60


def back_shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the fields with what stands."""
    address = settings.get("return_address") or {}
    size = msgspec.convert(settings.get("return_parcel") or {}, ParcelSize)
    texts = {name: address.get(part) or "" for name, part, _ in _TEXTS}
    return {**texts, _STREET: "\n".join(address.get("lines") or ()), _WEIGHT: size.weight_g}


def back_typed(form: FormMultiDict) -> dict[str, Any]:
    """Give the fields of a refused form back as they were filled in."""
    texts = {name: clean_text(form.get(name), _LONGEST) for name, _, _ in _TEXTS}
    return {**texts, _STREET: "\n".join(_street(form)), _WEIGHT: clean_text(form.get(_WEIGHT), 8)}


def _street(form: FormMultiDict) -> list[str]:
    lines = [clean_text(line, _LONGEST) for line in str(form.get(_STREET) or "").splitlines()]
    return [line for line in lines if line][:_LINES]


def back_sent(form: FormMultiDict) -> dict[str, Any]:
    """Read the fields → the settings to keep; {} where no address is given.

    Raises:
        BadInputError: it says which field, and what it takes.
    """
    told = {part: clean_text(form.get(name), _LONGEST) for name, part, _ in _TEXTS}
    street = _street(form)
    if not street and not any(told.values()):
        return {}
    country = country_of(told["country"])
    if country is None:
        raise BadInputError("Goods come back to: a country such as ES.")
    if not street or not told["city"]:
        raise BadInputError("Goods come back to: a street and a town.")
    if any(printable(text) is None for text in (*street, *told.values())):
        raise BadInputError("Goods come back to: in Latin letters, as carriers print it on labels.")
    address: dict[str, Any] = {**{part: text for part, text in told.items() if text}, "lines": street, "country": country}
    kept: dict[str, Any] = {"return_address": address}
    weight = clean_text(form.get(_WEIGHT), 8)
    if weight:
        if not (weight.isascii() and weight.isdigit() and 1 <= int(weight) <= _HEAVIEST_G):
            raise BadInputError(f"A parcel that comes back weighs: a whole number from 1 to {_HEAVIEST_G}.")
        if int(weight) != ParcelSize().weight_g:
            kept["return_parcel"] = {"weight_g": int(weight)}
    return kept
