"""Photos handed in for claims and returns; the rules for what customers may do, read and changed."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from msgspec import Meta

from doorstep.actions import read_policy as parse_policy
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps import photos, policy_versions
from doorstep.steps.work import utc_now
from doorstep.store import orders
from doorstep.web.api.entering import key_of
from doorstep.web.api.paging import number_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import network_of
from doorstep.web.problems import AnyRequest

#: Of a body that holds a photo: Base64 makes four bytes of three.
_MOST_BYTES = photos.MOST_BYTES * 4 // 3 + 1000


class PhotoForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A photo to be taken in."""

    photo: Annotated[bytes, Meta(description="The bytes of one JPEG, PNG or WebP of at most 10 MB, in Base64.")]


class PhotosShown(msgspec.Struct, frozen=True, kw_only=True):
    """A photo that was taken in."""

    photo: Annotated[str, Meta(description="Name it in `photos` of a claim or a return within a day.")]


class PolicyShown(msgspec.Struct, frozen=True, kw_only=True):
    """One version of the rules."""

    version: Annotated[int, Meta(description="0: the house's, where you have made none.")]
    live_from: datetime | None
    note: str
    policy: dict[str, Any]


class PolicyForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules to be kept as a draft."""

    policy: dict[str, Any]
    note: Annotated[str, Meta(max_length=500)] = ""


@post(
    "/orders/{order_id:str}/photos",
    operation_id="addPhoto",
    tags=["Actions"],
    status_code=HTTP_201_CREATED,
    opt={"scope": "actions:write", "body": "json"},
    request_max_body_size=_MOST_BYTES,
)
async def add_photo(request: AnyRequest, order_id: FromPath[str], data: JSONBody[PhotoForm]) -> PhotosShown:
    """Hand a photo in for a claim or a return. It is drawn anew, without what its camera wrote into it."""
    house, key, number = house_of(request), key_of(request), number_of(order_id)
    async with house.database.for_merchant(key.merchant_id) as tx:
        if not await orders.read(tx, [(key.merchant_id, number)]):
            raise NotFoundError("there is no such order")
    taken = await photos.take(house.database, key.merchant_id, number, [data.photo], network_of(request), utc_now())
    if not taken.photos:
        raise BadInputError(f"this photo is not taken: {', '.join(taken.refused)}; send one JPEG, PNG or WebP of at most 10 MB")
    return PhotosShown(photo=taken.photos[0])


@get("/policy", operation_id="readPolicy", tags=["Actions"], opt={"scope": "policy:read"})
async def read_policy(request: AnyRequest) -> PolicyShown:
    """Read the rules in force."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        return _shown(await policy_versions.in_force(tx, merchant_id, utc_now()))


@post("/policy", operation_id="draftPolicy", tags=["Actions"], status_code=HTTP_201_CREATED, opt={"scope": "policy:write", "body": "json"})
async def draft_policy(request: AnyRequest, data: JSONBody[PolicyForm]) -> PolicyShown:
    """Keep rules as a new version that is not in force."""
    house, key = house_of(request), key_of(request)
    policy = parse_policy(msgspec.json.encode(data.policy))
    async with house.database.for_merchant(key.merchant_id) as tx:
        number = await policy_versions.keep_draft(tx, key.merchant_id, policy, data.note, f"key {key.key_id}", utc_now())
        return _shown(await policy_versions.version(tx, key.merchant_id, number))


@post(
    "/policy/{version:str}/live", operation_id="putPolicyInForce", tags=["Actions"], status_code=HTTP_200_OK, opt={"scope": "policy:write"}
)
async def put_policy_in_force(request: AnyRequest, version: FromPath[str]) -> PolicyShown:
    """Put a version into force from now on; an older one too."""
    house, key, number = house_of(request), key_of(request), number_of(version)
    if number > 2**31 - 1:
        raise NotFoundError("there is no such version")
    async with house.database.for_merchant(key.merchant_id) as tx:
        await policy_versions.put_in_force(tx, key.merchant_id, number, f"key {key.key_id}", utc_now())
        return _shown(await policy_versions.version(tx, key.merchant_id, number))


def _shown(version: policy_versions.Version) -> PolicyShown:
    document: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(version.policy, version=0))
    kept = version.kept
    return PolicyShown(version=version.number, live_from=kept.live_from if kept else None, note=kept.note if kept else "", policy=document)


ROUTES: list[Any] = [add_photo, read_policy, draft_policy, put_policy_in_force]
