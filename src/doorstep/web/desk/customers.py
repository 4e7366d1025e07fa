"""An address or an id → who it is: identities, conversations, orders, consents; two that are one merged, one that is two split."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.domain.people import Identity, IdentityKind
from doorstep.errors import BadInputError, ConflictError, NotFoundError
from doorstep.steps.suppressing import address_of
from doorstep.steps.work import utc_now
from doorstep.store import conversations, opting_in, orders, people, recipients
from doorstep.store.database import Row, Tx
from doorstep.store.orders import KeptOrder
from doorstep.web.desk.doors import desk_page, id_of, note, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text
from doorstep.web.look.saying import sentence

#: Orders of one address that are shown.
_MOST_ORDERS = 20
_BY_ORDERS = (IdentityKind.EMAIL, IdentityKind.PHONE)
_DONE = {
    "merged": "Merged. It can be taken back below.",
    "split": "Split: these identities are a customer of their own now. It can be taken back below.",
    "back": "Taken back.",
}


class Found(msgspec.Struct, frozen=True):
    """A customer that was looked for."""

    customer_id: int
    #: By which identity; "" by the id.
    kind: str = ""
    value: str = ""
    verified: bool = False


class Changed(msgspec.Struct, frozen=True):
    """A merge or a split, as `store.people.changes` lists it."""

    change_id: int
    kind: str
    from_id: int
    to_id: int
    names: list[tuple[str, str]]
    actor: str
    why: str
    at: Any
    undone_at: Any
    undone_by: str | None


def _spellings(words: str) -> set[str]:
    """List the ways in which what was typed may be kept."""
    try:
        return {words, words.lower(), address_of(words, None)}
    except BadInputError:
        return {words, words.lower()}


def _number(words: str) -> int:
    """Read an id; 0: it is none."""
    digits = words.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0  # noqa: PLR2004 - bigint


@get("/customers", include_in_schema=False)
async def find_customers(request: AnyRequest) -> Response[str]:
    """Look a customer up by an identity or the id; by an address, its orders too."""
    merchant_id, words = user_of(request).merchant_id, clean_text(request.query_params.get("q"), 320)
    rows: list[Found] = []
    ordered: dict[int, KeptOrder] = {}
    if words:
        async with house_of(request).database.for_merchant(merchant_id) as tx:
            if (number := _number(words)) and await people.one(tx, merchant_id, number) is not None:
                rows.append(Found(number))
            found = await people.whose(tx, merchant_id, [(kind, value) for kind in IdentityKind for value in _spellings(words)])
            rows += [Found(customer_id, kind, value, verified) for (kind, value), (customer_id, verified) in found.items()]
            for kind in _BY_ORDERS:
                for value in _spellings(words):
                    ordered |= {one.order_id: one for one in await orders.of_contact(tx, merchant_id, kind, value, _MOST_ORDERS)}
    return desk_page(request, "customers.html", words=words, rows=rows, ordered=list(ordered.values()))


@get("/customers/{customer_id:int}", include_in_schema=False)
async def one_customer(request: AnyRequest, customer_id: FromPath[int]) -> Response[str]:
    """Show one customer."""
    return await _page(request, customer_id)


@post("/customers/{customer_id:int}/merge", status_code=HTTP_200_OK, include_in_schema=False)
async def merge_customers(request: AnyRequest, customer_id: FromPath[int]) -> Response[Any]:
    """Make another customer a part of this one."""
    form, user = await request.form(), user_of(request)
    typed, why = clean_text(form.get("other"), 19), clean_text(form.get("why"), 300)
    shown = {"other": typed, "merge_why": why}
    other = _number(typed)
    if not other or not why:
        return await _page(request, customer_id, error="Give the id of the other customer, a number, and say why.", typed=shown)
    try:
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            await people.merge(tx, user.merchant_id, other, id_of(customer_id), user.email, why, utc_now())
            await note(tx, request, "merge_customers", f"customer {other} into {customer_id}: {why}")
    except (NotFoundError, ConflictError) as error:
        return await _page(request, customer_id, error=f"{sentence(error)}.", typed=shown)
    return Redirect(f"/desk/customers/{customer_id}?done=merged", status_code=303)


@post("/customers/{customer_id:int}/split", status_code=HTTP_200_OK, include_in_schema=False)
async def split_customer(request: AnyRequest, customer_id: FromPath[int]) -> Response[Any]:
    """Make some identities a customer of their own."""
    form, user = await request.form(), user_of(request)
    ticked, why = set(form.getall("identity", [])), clean_text(form.get("why"), 300)
    if not why:
        return await _page(request, customer_id, error="Say why they are two.")
    try:
        async with house_of(request).database.for_merchant(user.merchant_id) as tx:
            own = await people.identities(tx, user.merchant_id, id_of(customer_id))
            names = [(one.kind, one.value) for one in own if f"{one.kind} {one.value}" in ticked]
            moved = await people.split(tx, user.merchant_id, customer_id, names, user.email, why, utc_now())
            await note(tx, request, "split_customer", f"customer {moved.customer_id} from {customer_id}: {why}")
    except ConflictError as error:
        return await _page(request, customer_id, error=f"{sentence(error)}.", typed={"split_why": why})
    return Redirect(f"/desk/customers/{moved.customer_id}?done=split", status_code=303)


@post("/customers/changes/{change_id:int}/back", status_code=HTTP_200_OK, include_in_schema=False)
async def undo_change(request: AnyRequest, change_id: FromPath[int]) -> Response[Any]:
    """Take a merge or a split back."""
    user = user_of(request)
    async with house_of(request).database.for_merchant(user.merchant_id) as tx:
        moved = await people.undo(tx, user.merchant_id, id_of(change_id), user.email, utc_now())
        await note(tx, request, "undo_customer_change", f"change {change_id}, back to customer {moved.customer_id}")
    return Redirect(f"/desk/customers/{moved.customer_id}?done=back", status_code=303)


async def _page(request: AnyRequest, customer_id: int, *, error: str = "", typed: Mapping[str, str] | None = None) -> Response[str]:
    merchant_id = user_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        person = await people.one(tx, merchant_id, id_of(customer_id))
        if person is None:
            raise NotFoundError("there is no such customer")
        values = await _about(tx, merchant_id, customer_id)
    values["typed"] = {"other": "", "merge_why": "", "split_why": ""} | dict(typed or {})
    done = _DONE.get(request.query_params.get("done", ""), "")
    return desk_page(request, "customer.html", status=422 if error else 200, person=person, error=error, done=done, **values)


async def _about(tx: Tx, merchant_id: int, customer_id: int) -> dict[str, Any]:
    """Read all that is known of a customer."""
    names = await people.identities(tx, merchant_id, customer_id)
    addresses = list(dict.fromkeys(one.value for one in names))
    standing = await recipients.standing(tx, [(merchant_id, one) for one in addresses], utc_now()) if addresses else {}
    return {
        "names": names,
        "standing": {address: standing[merchant_id, address] for address in addresses},
        "talks": await conversations.of_customer(tx, merchant_id, customer_id),
        "ordered": await _ordered(tx, merchant_id, names),
        "consents": await recipients.consents_of(tx, merchant_id, addresses),
        "asked": await opting_in.of(tx, merchant_id, addresses),
        "suppressed": [one for address in addresses for one in await recipients.suppressions_of(tx, merchant_id, address)],
        "changes": [_changed(row) for row in await people.changes(tx, merchant_id, customer_id)],
    }


async def _ordered(tx: Tx, merchant_id: int, names: list[Identity]) -> list[tuple[KeptOrder, bool]]:
    """List orders placed with somebody's addresses, newest first, and whether an address of each was shown to be theirs."""
    found: dict[int, KeptOrder] = {}
    sure: set[int] = set()
    for one in names:
        if one.kind in _BY_ORDERS:
            theirs = {kept.order_id: kept for kept in await orders.of_contact(tx, merchant_id, one.kind, one.value, _MOST_ORDERS)}
            found |= theirs
            sure |= theirs.keys() if one.verified_at else set()
    return [(found[order_id], order_id in sure) for order_id in sorted(found, reverse=True)]


def _changed(row: Row) -> Changed:
    fields = {name: row[name] for name in Changed.__struct_fields__ if name != "names"}
    return Changed(**fields, names=msgspec.json.decode(row["identities"], type=list[tuple[str, str]]))
