"""The usual fields of a policy ↔ a form; what the form does not show stays as it was."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict

from doorstep.actions.checking import DECIDES, GIVES, STEPS, WAYS, WHENS
from doorstep.actions.policy import ClaimRule, Delivering, Offer, Payer, Policy, Reason, RefundTo
from doorstep.actions.wording import amount
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import ClaimKind, Remedy
from doorstep.errors import BadInputError
from doorstep.web.look.asking import clean_lines, clean_text

_LONGEST = 20_000
#: Empty rows below a table of claims or offers, to be filled in.
_SPARE = 1
_replace = msgspec.structs.replace


class Field(msgspec.Struct, frozen=True):
    """One field of the form."""

    #: Part and name within the policy: "returning.days".
    path: str
    label: str
    #: "number", "money", "tick", "choice", "several", "words".
    kind: str
    hint: str = ""
    #: It may be left empty, and that means something: None.
    empty: bool = False
    options: tuple[tuple[str, str], ...] = ()

    @property
    def where(self) -> tuple[str, str]:
        """The part, and the name in it."""
        part, _, name = self.path.partition(".")
        return part, name


def _options(values: Any, words: Mapping[str, str] | None = None) -> tuple[tuple[str, str], ...]:
    return tuple((str(one), (words or {}).get(str(one), str(one).replace("_", " "))) for one in values)


_DELIVERIES = _options(Delivering().offered, {str(kind): one.meaning.rstrip(".") for kind, one in DECLARATIONS.items()})
SECTIONS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (
        "Returns and exchanges",
        (
            Field("returning.offered", "Goods may come back", "tick"),
            Field(
                "returning.days",
                "Days to return",
                "number",
                "Whole days after the day on which the goods arrived. Empty: no end.",
                empty=True,
            ),
            Field("returning.exchange_days", "Days to exchange", "number", "Empty: as many as to return.", empty=True),
            Field("returning.exchanges", "Offer exchanges", "tick"),
            Field("returning.store_credit", "Offer store credit", "tick"),
            Field("returning.credit_bonus_percent", "Percent on top of store credit", "number"),
            Field("returning.once_per_order", "One return or exchange for each order", "tick"),
            Field("returning.final_sale_back", "Final sale comes back like anything else", "tick"),
            Field(
                "returning.payer",
                "Who pays the way back",
                "choice",
                options=_options(Payer, {"merchant": "the shop", "customer": "the customer"}),
            ),
            Field("returning.fee_minor", "Fee, taken off a refund", "money", "Not for what is our fault, nor for exchanges."),
            Field(
                "returning.refund_to",
                "Money goes back to",
                "choice",
                options=_options(
                    RefundTo,
                    {
                        "original": "the method that paid",
                        "original_or_gift_card": "the method that paid, or a gift card",
                        "any": "any method of the customer",
                    },
                ),
            ),
            Field("returning.auto_up_to_minor", "Approved at once up to", "money", "Empty: a human approves each.", empty=True),
            Field("returning.keep_below_minor", "Need not come back below", "money", "0: everything comes back."),
            Field("returning.refund_at_scan_up_to_minor", "Refund at the first scan up to", "money", "0: never before it arrived."),
            Field(
                "returning.ways",
                "Ways back",
                "several",
                "The first is the usual one; their order is changed in the JSON below.",
                options=_options(WAYS),
            ),
            Field(
                "returning.exchange_when",
                "New goods of an exchange leave",
                "choice",
                options=_options(WHENS, {"ship_first": "at once", "after_scan": "once the old ones are on their way"}),
            ),
            Field("returning.expires_days", "Days until an unused return expires", "number"),
            Field("returning.reason_needed", "A reason is needed", "tick"),
        ),
    ),
    (
        "When a human looks",
        (
            Field("limits.cases", "Returns and claims of one customer in 90 days", "number", "From so many on a human decides."),
            Field("limits.claims", "Claims of one customer in 90 days", "number", "From so many on a human decides."),
            Field("limits.refunds_minor", "Paid back to one customer in 90 days", "money", "Empty: no limit.", empty=True),
            Field("limits.distrust_new_address", "Look when an order with a changed address is said not to have come", "tick"),
            Field("limits.confirm_minutes", "Minutes a customer's yes counts", "number"),
        ),
    ),
    (
        "Parcels under way",
        (
            Field("delivering.offered", "Offered", "several", options=_DELIVERIES),
            Field("delivering.most_days", "Days ahead, at most", "number"),
            Field("delivering.most_changes", "Changes of one parcel, at most", "number"),
            Field("delivering.answer_hours", "Hours to answer before somebody else is told", "number"),
            Field("delivering.same_country", "Another address lies in the same country", "tick"),
        ),
    ),
    (
        "Orders that have not left",
        (
            Field("cancelling.offered", "May be cancelled", "tick"),
            Field("cancelling.reasons", "Only for these reasons", "words", "Parted by commas. Empty: any.", empty=True),
            Field("cancelling.within_minutes", "Only within minutes of the order", "number", "Empty: until it is packed.", empty=True),
            Field("changing.address", "The address may be changed", "tick"),
            Field("changing.same_country", "A new address lies in the same country", "tick"),
            Field("changing.items", "Size, colour and so on may be changed", "tick"),
            Field("changing.items_once", "Items are changed once, and nothing else afterwards", "tick"),
            Field("changing.payment", "The method of payment may be changed", "tick"),
            Field("changing.payment_once", "The method is changed once", "tick"),
            Field("changing.invoice", "Invoices may be asked for", "tick"),
            Field("changing.profile", "Customers may change their default address", "tick"),
        ),
    ),
)
_FIELDS = tuple(field for _, fields in SECTIONS for field in fields)
CLAIMS = _options(ClaimKind, {"not_received": "delivered, not received"})
CHOICES = {
    "decides": _options(DECIDES, {"policy": "settled at once", "human": "a human", "carrier": "the carrier first"}),
    "gives": _options(GIVES),
    "steps": _options(STEPS),
    "claims": CLAIMS,
}


def shown(policy: Policy) -> dict[str, Any]:
    """What the form shows of a policy: path → value, and the rows of its tables."""
    found: dict[str, Any] = {field.path: _shown(field, getattr(getattr(policy, field.where[0]), field.where[1])) for field in _FIELDS}
    found["reasons"] = "\n".join(_reason_lines(policy.returning.reasons))
    found["claims"] = [_claim_shown(one) for one in policy.claiming.table] + [_claim_shown(None)] * _SPARE
    found["claiming.offered"] = policy.claiming.offered
    found["offers"] = [_offer_shown(one) for one in policy.returning.offers] + [_offer_shown(None)] * _SPARE
    return found


def typed(form: FormMultiDict) -> dict[str, Any]:
    """Give a refused form back as it was filled in."""
    found: dict[str, Any] = {}
    for field in _FIELDS:
        several = field.kind == "several"
        found[field.path] = tuple(map(str, form.getall(field.path, []))) if several else clean_text(form.get(field.path), 500)
        if field.kind == "tick":
            found[field.path] = field.path in form
    found["reasons"] = clean_lines(form.get("reasons"), _LONGEST)
    found["claiming.offered"] = "claiming.offered" in form
    found["claims"] = [_claim_typed(form, n) for n in range(_rows(form, "claim"))]
    found["offers"] = [_offer_typed(form, n) for n in range(_rows(form, "offer"))]
    return found


def with_form(policy: Policy, form: FormMultiDict) -> Policy:
    """Put the form over a policy.

    Raises:
        BadInputError: it says which field, and what it takes.
    """
    parts: dict[str, dict[str, Any]] = {}
    for field in _FIELDS:
        part, name = field.where
        parts.setdefault(part, {})[name] = _read(field, form, getattr(getattr(policy, part), name))
    parts["returning"]["reasons"] = _reasons(clean_lines(form.get("reasons"), _LONGEST), policy.returning.reasons)
    parts["returning"]["offers"] = tuple(_offers(form, policy.returning.offers))
    parts["claiming"] = {"offered": "claiming.offered" in form, "table": tuple(_claims(form, policy.claiming.table))}
    changed = _replace(policy, **{part: _replace(getattr(policy, part), **fields) for part, fields in parts.items()})
    try:
        return msgspec.convert(msgspec.to_builtins(changed), Policy)  # texts become the closed words they are
    except msgspec.ValidationError as error:
        raise BadInputError(f"This does not fit: {error}") from error


def _shown(field: Field, value: Any) -> Any:
    match field.kind:
        case "tick":
            return bool(value)
        case "several":
            return tuple(map(str, value))
        case "words":
            return ", ".join(value)
        case "money":
            return "" if value is None else amount(value)
        case _:
            return "" if value is None else str(value)


def _read(field: Field, form: FormMultiDict, before: Any) -> Any:
    text = clean_text(form.get(field.path), 500)
    match field.kind:
        case "tick":
            return field.path in form
        case "several":
            ticked = [value for value, _ in field.options if value in form.getall(field.path, [])]
            return (*(one for one in before if one in ticked), *(one for one in ticked if one not in before))  # their order says something
        case "words":
            return _words(text)
        case "choice":
            if text not in {value for value, _ in field.options}:
                raise BadInputError(f"{field.label}: choose one.")
            return text
        case "money":
            return _money(text, field.label, empty=field.empty)
        case _:
            return _number(text, field.label, empty=field.empty)


def _number(text: str, label: str, *, empty: bool = False) -> int | None:
    if not text and empty:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - more than any of them
        raise BadInputError(f"{label}: a whole number.")
    return int(text)


def _money(text: str, label: str, *, empty: bool = False) -> int | None:
    if not text and empty:
        return None
    try:
        minor = Decimal(text.replace(",", ".")) * 100
    except InvalidOperation:
        minor = Decimal(-1)
    if not minor.is_finite() or minor < 0 or minor != minor.to_integral_value() or minor > 10**12:
        raise BadInputError(f"{label}: an amount such as 4.95.")
    return int(minor)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip()))


def _rows(form: FormMultiDict, name: str) -> int:
    """How many rows of a table came."""
    return min(max((int(found[1]) + 1 for key in form if (found := re.fullmatch(rf"{name}_(\d{{1,3}})_row", key))), default=0), 200)


# --- reasons: a line each, "fit.too_small = Too small; photo; our fault; for shoes, clothing"


def _reason_lines(reasons: tuple[Reason, ...]) -> Iterator[str]:
    for one in reasons:
        marks = [*(["photo"] if one.photo else []), *(["our fault"] if one.our_fault else [])]
        marks += [f"for {', '.join(one.categories)}"] if one.categories else []
        words = f" = {one.words['en']}" if "en" in one.words else ""
        yield "; ".join([f"{one.code}{words}", *marks])
        yield from _reason_lines(one.below)


def _reasons(text: str, before: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Read the tree; words in other languages stay with their code."""
    known = {one.code: one for one in _every(before)}
    flat: dict[str, Reason] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        head, *marks = (part.strip() for part in line.split(";"))
        code, _, words = (part.strip() for part in head.partition("="))
        if code in flat:
            raise BadInputError(f"Reasons, line {number}: {code} stands there twice.")
        if "." in code and code.rpartition(".")[0] not in flat:
            above = code.rpartition(".")[0]
            raise BadInputError(f"Reasons, line {number}: {code} belongs below {above}, which has no line above it; add one.")
        flat[code] = _marked(_replace(known[code], below=()) if code in known else Reason(code=code), words, marks, number)
    return _below("", flat)


def _marked(reason: Reason, words: str, marks: list[str], number: int) -> Reason:
    said = {locale: text for locale, text in reason.words.items() if locale != "en"} | ({"en": words} if words else {})
    categories: tuple[str, ...] = ()
    for mark in marks:
        if mark.startswith("for "):
            categories = _words(mark.removeprefix("for "))
        elif mark not in {"photo", "our fault", ""}:
            raise BadInputError(f"Reasons, line {number}: after the code there may be: photo; our fault; for CATEGORY, CATEGORY.")
    return _replace(reason, words=said, categories=categories, photo="photo" in marks, our_fault="our fault" in marks)


def _below(above: str, flat: dict[str, Reason]) -> tuple[Reason, ...]:
    own = [one for code, one in flat.items() if code.rpartition(".")[0] == above]
    return tuple(_replace(one, below=_below(one.code, flat)) for one in own)


def _every(reasons: tuple[Reason, ...]) -> Iterator[Reason]:
    for one in reasons:
        yield one
        yield from _every(one.below)


# --- the table of claims


def _claim_shown(line: ClaimRule | None) -> dict[str, Any]:
    one = line or ClaimRule(claims=())
    also = [*one.countries, *one.tiers]
    return {
        "claims": tuple(map(str, one.claims)),
        "up_to": "" if one.up_to_minor is None else amount(one.up_to_minor),
        "decides": one.decides,
        "remedies": ", ".join(map(str, one.remedies)),
        "photo": one.photo,
        "goods_back": one.goods_back,
        "after_days": str(one.after_days),
        "within_days": "" if one.within_days is None else str(one.within_days),
        "steps": one.steps,
        "also": f"only {', '.join(also)}" if also else "",
        "gone": False,
    }


def _claim_typed(form: FormMultiDict, n: int) -> dict[str, Any]:
    get = _getter(form, f"claim_{n}")
    texts = {name: get(name) for name in ("up_to", "decides", "remedies", "after_days", "within_days", "also")}
    several = {name: tuple(map(str, form.getall(f"claim_{n}_{name}", []))) for name in ("claims", "steps")}
    return texts | several | {name: f"claim_{n}_{name}" in form for name in ("photo", "goods_back", "gone")}


def _claims(form: FormMultiDict, before: tuple[ClaimRule, ...]) -> Iterator[ClaimRule]:
    for n in range(_rows(form, "claim")):
        claims = tuple(ClaimKind(value) for value, _ in CLAIMS if value in form.getall(f"claim_{n}_claims", []))
        if not claims or f"claim_{n}_gone" in form:
            continue
        get, where = _getter(form, f"claim_{n}"), f"Claims, line {n + 1}"
        base = before[n] if n < len(before) else ClaimRule(claims=claims)
        yield _replace(
            base,
            claims=claims,
            up_to_minor=_money(get("up_to"), f"{where}, up to", empty=True),
            decides=get("decides"),
            remedies=_remedies(get("remedies"), where),
            photo=f"claim_{n}_photo" in form,
            goods_back=f"claim_{n}_goods_back" in form,
            after_days=_number(get("after_days") or "0", f"{where}, not before day") or 0,
            within_days=_number(get("within_days"), f"{where}, within days", empty=True),
            steps=tuple(one for one in STEPS if one in form.getall(f"claim_{n}_steps", [])),
        )


def _remedies(text: str, where: str) -> tuple[Remedy, ...]:
    try:
        return tuple(Remedy(one.replace(" ", "_")) for one in _words(text))
    except ValueError as error:
        raise BadInputError(f"{where}, the customer gets: replacement, refund, store_credit, in the order of preference.") from error


# --- offers


def _offer_shown(offer: Offer | None) -> dict[str, Any]:
    one = offer or Offer(name="", gives="exchange")
    return {
        "name": one.name,
        "reasons": ", ".join(one.when.reasons),
        "gives": one.gives,
        "percent": str(one.percent),
        "express": one.express,
        "url": one.url,
        "gone": False,
    }


def _offer_typed(form: FormMultiDict, n: int) -> dict[str, Any]:
    get = _getter(form, f"offer_{n}")
    texts = {name: get(name) for name in ("name", "reasons", "gives", "percent", "url")}
    return texts | {"express": f"offer_{n}_express" in form, "gone": f"offer_{n}_gone" in form}


def _offers(form: FormMultiDict, before: tuple[Offer, ...]) -> Iterator[Offer]:
    for n in range(_rows(form, "offer")):
        get = _getter(form, f"offer_{n}")
        name = get("name")
        if not name or f"offer_{n}_gone" in form:
            continue
        base = before[n] if n < len(before) else Offer(name=name, gives="exchange")
        yield _replace(
            base,
            name=name,
            when=_replace(base.when, reasons=_words(get("reasons"))),
            gives=get("gives"),
            percent=_number(get("percent") or "0", f"Offers, line {n + 1}, percent") or 0,
            express=f"offer_{n}_express" in form,
            url=get("url"),
        )


def _getter(form: FormMultiDict, prefix: str) -> Callable[[str], str]:
    return lambda name: clean_text(form.get(f"{prefix}_{name}"), 500)
