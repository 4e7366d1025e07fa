"""A policy → what it says, in English sentences for whoever keeps a shop; two policies → what is otherwise, in the same sentences.

Every field of a policy changes a sentence here: a test changes each and looks. Amounts are minor units of each order's currency and are
written with two decimals, as in most currencies.
"""

from collections.abc import Iterable, Iterator

import msgspec

from doorstep.actions.policy import ClaimRule, Fitting, Offer, Payer, Policy, Reason, RefundTo, Rule
from doorstep.domain.actions.declared import DECLARATIONS
from doorstep.domain.actions.kinds import Assurance, ClaimKind, Remedy


class Said(msgspec.Struct, frozen=True):
    """One sentence."""

    #: What it is about; the same in every policy.
    about: str
    words: str


class Section(msgspec.Struct, frozen=True):
    """Sentences of one part."""

    title: str
    says: tuple[Said, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is otherwise."""

    part: str
    #: "": it was not said.
    was: str
    #: "": it is not said any more.
    now: str


_REFUND_TO = {
    RefundTo.ORIGINAL: "Money goes back to the method that paid.",
    RefundTo.ORIGINAL_OR_GIFT_CARD: "Money goes back to the method that paid, or to a gift card or store credit that the customer has.",
    RefundTo.ANY: "Money goes back to whichever of their methods the customer names.",
}
_SURE = {
    Assurance.NONE: "by anybody",
    Assurance.LINK: "by whoever came by their link",
    Assurance.KNOWLEDGE: "by whoever told what only the customer should know",
    Assurance.CODE: "by whoever typed a one-time code",
    Assurance.LOGIN: "by whoever is logged in",
}
_CLAIMS = {
    ClaimKind.DAMAGED: "damaged",
    ClaimKind.WRONG_ITEM: "wrong item",
    ClaimKind.MISSING_ITEM: "missing item",
    ClaimKind.LOST: "lost",
    ClaimKind.NOT_RECEIVED: "delivered but not received",
}
_REMEDIES = {
    Remedy.REFUND: "a refund",
    Remedy.STORE_CREDIT: "store credit",
    Remedy.EXCHANGE: "an exchange",
    Remedy.REPLACEMENT: "a replacement",
}
_WAYS = {"label": "a label to print", "qr": "a QR code", "pickup": "a pick-up at home", "drop_off": "at a drop-off point"}
_DECIDES = {"policy": "it is settled at once", "human": "a human decides", "carrier": "the carrier is asked first"}
_STEPS = {
    "looked_around": "looked around",
    "asked_household": "asked the household",
    "asked_neighbours": "asked the neighbours",
    "asked_carrier": "asked the carrier",
}


def said(policy: Policy) -> tuple[Section, ...]:
    """Say a policy in sentences, part by part."""
    parts = (
        ("Who may ask", _asking(policy)),
        ("Cancelling", _cancelling(policy)),
        ("Changes before an order leaves", _changing(policy)),
        ("Returns and exchanges", _returning(policy)),
        ("Reasons to return", _reasons(policy.returning.reasons)),
        ("Exceptions for returns: the first that fits a line counts", _rules(policy)),
        ("Offers before goods are taken back", _offers(policy)),
        ("Claims: the first line that fits counts", _claiming(policy)),
        ("Parcels under way", _delivering(policy)),
        ("When a human looks", _limits(policy)),
    )
    return tuple(Section(title, tuple(lines)) for title, lines in parts)


def differences(was: Policy, now: Policy) -> list[Difference]:
    """List what is otherwise, part by part; a list in another order is one difference."""
    found = []
    for old, new in zip(said(was), said(now), strict=True):
        before, after = {one.about: one.words for one in old.says}, {one.about: one.words for one in new.says}
        for about in [*before, *(name for name in after if name not in before)]:
            if before.get(about, "") != after.get(about, ""):
                found.append(Difference(part=old.title, was=before.get(about, ""), now=after.get(about, "")))
        both = [name for name in before if name in after], [name for name in after if name in before]
        if both[0] != both[1]:
            found.append(Difference(part=old.title, was=_in_order(before, both[0]), now=_in_order(after, both[1])))
    return found


def _in_order(words: dict[str, str], names: Iterable[str]) -> str:
    return "In this order: " + " / ".join(words[name].rstrip(".") for name in names)


def amount(minor: int) -> str:
    """Write minor units as an amount in the order's currency."""
    return f"{minor // 100}.{minor % 100:02d}"


def _list(words: Iterable[str], last: str = "and") -> str:
    *most, end = list(words) or [""]
    return f"{', '.join(most)} {last} {end}" if most else end


def _may(offered: bool, yes: str, no: str) -> str:  # noqa: FBT001 - one of the policy's switches
    return yes if offered else no


def _asking(policy: Policy) -> Iterator[Said]:
    yield Said("name", f"These rules are called “{policy.name}”.")
    for kind, declared in DECLARATIONS.items():
        more = policy.assurance.get(kind)
        if more is not None:
            needed = max(more, declared.assurance)
            yield Said(
                f"assurance.{kind}", f"{declared.meaning.rstrip('.')}: {_SURE[needed]}{'' if needed == more else ', whatever is set'}."
            )


def _cancelling(policy: Policy) -> Iterator[Said]:
    rules = policy.cancelling
    yield Said("offered", _may(rules.offered, "Orders may be cancelled until they are packed.", "Orders may not be cancelled."))
    yield Said("reasons", f"For these reasons only: {_list(rules.reasons, 'or')}." if rules.reasons else "Any reason will do, or none.")
    if rules.within_minutes is not None:
        yield Said("within", f"Within {rules.within_minutes} minutes of the order.")


def _changing(policy: Policy) -> Iterator[Said]:
    rules = policy.changing
    switches = {
        "address": (rules.address, "The address"),
        "items": (rules.items, "Size, colour or another variant of the same products"),
        "payment": (rules.payment, "The method of payment"),
    }
    for name, (offered, what) in switches.items():
        yield Said(name, f"{what} {_may(offered, 'may be changed.', 'may not be changed.')}")
    yield Said("invoice", _may(rules.invoice, "Invoices may be asked for.", "Invoices may not be asked for here."))
    yield Said(
        "profile", _may(rules.profile, "Customers may change their default address.", "Customers may not change their default address.")
    )
    yield Said(
        "once", _may(rules.items_once, "Items are changed once, and nothing else afterwards.", "Items may be changed again and again.")
    )
    yield Said(
        "payment_once",
        _may(rules.payment_once, "Where the method may be changed: once.", "Where the method may be changed: again and again."),
    )
    yield Said("country", _may(rules.same_country, "A new address lies in the same country.", "A new address may lie in another country."))


def _returning(policy: Policy) -> Iterator[Said]:
    rules = policy.returning
    yield Said("offered", _may(rules.offered, "Goods may come back.", "Nothing may come back."))
    yield Said("days", _days(rules.days, "Returns"))
    if rules.exchange_days is not None:
        yield Said("exchange_days", _days(rules.exchange_days, "Exchanges"))
    yield Said(
        "exchanges",
        _may(rules.exchanges, "Exchanges for another variant of the same product are offered.", "Exchanges are not offered."),
    )
    yield Said("store_credit", _may(rules.store_credit, "Store credit instead of money is offered.", "Store credit is not offered."))
    if rules.credit_bonus_percent:
        yield Said("bonus", f"Who takes store credit gets {rules.credit_bonus_percent}% on top.")
    yield Said(
        "once", _may(rules.once_per_order, "One return or exchange for each order.", "As many returns of an order as there are units.")
    )
    yield Said("reason", _may(rules.reason_needed, "A reason is needed.", "A reason may be left out."))
    yield Said("final_sale", _may(rules.final_sale_back, "Final sale comes back like anything else.", "Final sale does not come back."))
    payer = "The shop pays the way back." if rules.payer is Payer.MERCHANT else "The customer pays the way back, unless it is our fault."
    yield Said("payer", payer)
    yield Said(
        "fee",
        f"A fee of {amount(rules.fee_minor)} is taken off a refund, unless it is our fault." if rules.fee_minor else "There is no fee.",
    )
    yield Said("refund_to", _REFUND_TO[rules.refund_to])
    limit = rules.auto_up_to_minor
    yield Said(
        "auto",
        "A human approves each return."
        if limit is None
        else f"Returns up to {amount(limit)} are approved at once; above it a human decides.",
    )
    if rules.keep_below_minor:
        yield Said("keep", f"Goods worth less than {amount(rules.keep_below_minor)} need not come back.")
    yield Said("ways", f"They come back by {_list((_WAYS[one] for one in rules.ways), 'or')}.")
    yield Said(
        "exchange_when",
        "New goods of an exchange leave at once."
        if rules.exchange_when == "ship_first"
        else "New goods of an exchange leave once the old ones are on their way.",
    )
    yield Said("expires", f"An approved return waits {rules.expires_days} days for its first scan.")
    yield Said(
        "refund_days", f"Customers are told that money is back within {rules.refund_days[0]} to {rules.refund_days[1]} days of arrival."
    )
    if rules.refund_at_scan_up_to_minor:
        yield Said("at_scan", f"Up to {amount(rules.refund_at_scan_up_to_minor)}, money goes back at the carrier's first scan.")


def _days(days: int | None, what: str) -> str:
    return f"{what} have no end." if days is None else f"{what}: {days} days after the day on which the goods arrived."


def _reasons(reasons: tuple[Reason, ...], depth: int = 0) -> Iterator[Said]:
    for one in reasons:
        told = []
        if one.words:
            told.append(_list(f"“{text}” ({locale})" for locale, text in sorted(one.words.items())))
        if one.categories:
            told.append(f"for {_list(one.categories)}")
        if one.our_fault:
            told.append("our fault: no fee, the shop pays the way back")
        if one.photo:
            told.append("with a photo")
        yield Said(one.code, f"{'- ' * depth}{one.code}{': ' if told else ''}{'; '.join(told)}.")
        yield from _reasons(one.below, depth + 1)


def _fitting(when: Fitting) -> str:
    parts = [
        f"{name} {_list(values, 'or')}"
        for name, values in (
            ("product", when.products),
            ("category", when.categories),
            ("tag", when.tags),
            ("country", when.countries),
            ("customers' tier", when.tiers),
            ("reason", when.reasons),
            ("condition", when.conditions),
            ("wish for", tuple(_REMEDIES[one] for one in when.remedies)),
        )
        if values
    ]
    if when.final_sale is not None:
        parts.append("final sale" if when.final_sale else "no final sale")
    return _list(parts) or "everything"


def _rules(policy: Policy) -> Iterator[Said]:
    for rule in policy.returning.rules:
        yield Said(rule.name, f"{rule.name}: for {_fitting(rule.when)}, {_list(_terms(rule)) or 'nothing is otherwise'}.")


def _terms(rule: Rule) -> Iterator[str]:
    if not rule.eligible:
        yield "nothing comes back"
    if rule.days is not None:
        yield f"{rule.days} days"
    if rule.payer is not None:
        yield f"the {'shop' if rule.payer is Payer.MERCHANT else 'customer'} pays the way back"
    if rule.fee_minor is not None:
        yield f"a fee of {amount(rule.fee_minor)}" if rule.fee_minor else "no fee"
    if rule.ask_human:
        yield "a human decides"
    if rule.photo is not None:
        yield "a photo is needed" if rule.photo else "no photo is needed"
    if rule.keeps is not None:
        yield "the goods stay with the customer" if rule.keeps else "the goods come back, whatever they are worth"


def _offers(policy: Policy) -> Iterator[Said]:
    for one in policy.returning.offers:
        words = f"; {_list(f'“{text}” ({locale})' for locale, text in sorted(one.words.items()))}" if one.words else ""
        yield Said(one.name, f"{one.name}: for {_fitting(one.when)}, {_given(one)}{words}.")


def _given(offer: Offer) -> str:
    match offer.gives:
        case "exchange":
            return "another size or colour" + (", sent express at once" if offer.express else "")
        case "partial_refund":
            return f"{offer.percent}% of the price for keeping it"
        case "store_credit_bonus":
            return f"store credit with {offer.percent}% on top"
        case _:
            return f"a guide at {offer.url}"


def _claiming(policy: Policy) -> Iterator[Said]:
    yield Said("offered", _may(policy.claiming.offered, "Claims may be made here.", "Claims may not be made here."))
    for line in policy.claiming.table:
        words = claim_words(line)
        yield Said(words, words)


def claim_words(line: ClaimRule) -> str:
    """Say one line of the table of who decides."""
    what = _list((_CLAIMS[one] for one in line.claims), "or")
    limits = []
    if line.up_to_minor is not None:
        limits.append(f"up to {amount(line.up_to_minor)}")
    if line.countries:
        limits.append(f"in {_list(line.countries, 'or')}")
    if line.tiers:
        limits.append(f"for {_list(line.tiers, 'or')}")
    terms = [_DECIDES[line.decides], f"the customer gets {_list((_REMEDIES[one] for one in line.remedies), 'or')}"]
    if line.photo:
        terms.append("a photo is needed")
    if line.after_days:
        terms.append(f"not before day {line.after_days}")
    if line.within_days is not None:
        terms.append(f"within {line.within_days} days")
    if line.steps:
        terms.append(f"the customer has first {_list(_STEPS[one] for one in line.steps)}")
    if line.goods_back:
        terms.append("the goods come back first")
    return f"{what[:1].upper()}{what[1:]}{' ' if limits else ''}{' '.join(limits)}: {'; '.join(terms)}."


def _delivering(policy: Policy) -> Iterator[Said]:
    rules = policy.delivering
    for kind in type(rules)().offered:
        meaning = DECLARATIONS[kind].meaning.rstrip(".")
        yield Said(kind, f"{meaning}: {'offered' if kind in rules.offered else 'not offered'}.")
    yield Said("most_days", f"At most {rules.most_days} days ahead.")
    yield Said("most_changes", f"At most {rules.most_changes} changes of one parcel.")
    yield Said("answer_hours", f"Whoever was asked has {rules.answer_hours} hours to answer before somebody else is told.")
    yield Said(
        "country", _may(rules.same_country, "Another address lies in the same country.", "Another address may lie in another country.")
    )


def _limits(policy: Policy) -> Iterator[Said]:
    rules = policy.limits
    yield Said("cases", f"From {rules.cases} returns, exchanges and claims of one customer in 90 days on.")
    yield Said("claims", f"From {rules.claims} claims of one customer in 90 days on.")
    if rules.refunds_minor is not None:
        yield Said("refunds", f"When more than {amount(rules.refunds_minor)} would have gone back to one customer in 90 days.")
    yield Said(
        "distrust",
        _may(
            rules.distrust_new_address,
            "When an order whose address was changed is said not to have come.",
            "A changed address is no reason to look at a parcel that is said not to have come.",
        ),
    )
    yield Said("confirm", f"A customer's yes counts for {rules.confirm_minutes} minutes after they were shown what they say yes to.")
