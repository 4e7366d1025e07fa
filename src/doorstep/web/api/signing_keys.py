"""The keys that sign published figures → listed, made and withdrawn by the merchant's own systems."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from msgspec import Meta

from doorstep.steps import signing_keys as steps
from doorstep.steps.signing_keys import SigningKey, make_key, withdraw_key
from doorstep.steps.work import utc_now
from doorstep.store.database import Tx
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest

_TAGS = ["Delivery performance"]


class SigningKeyShown(msgspec.Struct, frozen=True, kw_only=True):
    """A key that signs or signed published figures; its secret never leaves the installation."""

    kid: Annotated[str, Meta(description="As in the header of a signature and in jwks.json.")]
    made_at: datetime
    withdrawn_at: Annotated[datetime | None, Meta(description="Since then it verifies nothing and is not in jwks.json; null: it verifies.")]
    signs: Annotated[bool, Meta(description="It signs what is published now.")]
    signs_from: Annotated[datetime | None, Meta(description="It will sign from then on, once everybody's copy of jwks.json has it.")]


class SigningKeysShown(msgspec.Struct, frozen=True, kw_only=True):
    """All keys, newest first."""

    signing_keys: list[SigningKeyShown]


def _shown(keys: list[SigningKey]) -> SigningKeysShown:
    return SigningKeysShown(
        signing_keys=[
            SigningKeyShown(kid=k.key_id, made_at=k.made_at, withdrawn_at=k.withdrawn_at, signs=k.signs, signs_from=k.signs_from)
            for k in keys
        ]
    )


@get("/performance/keys", operation_id="listSigningKeys", tags=_TAGS, opt={"scope": "performance:read"})
async def list_signing_keys(request: AnyRequest) -> SigningKeysShown:
    """List the keys that sign published figures, newest first, withdrawn ones too."""
    merchant_id = key_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        return _shown(await steps.signing_keys(tx, merchant_id, utc_now()))


@post("/performance/keys", operation_id="makeSigningKey", tags=_TAGS, status_code=HTTP_201_CREATED, opt={"scope": "performance:write"})
async def make_signing_key(request: AnyRequest, once_key: OnceKey = None) -> Response[SigningKeysShown]:
    """Make a key. It signs ten minutes later, or at once where it is the only one; the others keep verifying until they are withdrawn."""
    house, key = house_of(request), key_of(request)

    async def work(tx: Tx) -> tuple[int, SigningKeysShown]:
        now = utc_now()
        await make_key(tx, house.directory.sealer, key.merchant_id, f"key {key.key_id}", now)
        return HTTP_201_CREATED, _shown(await steps.signing_keys(tx, key.merchant_id, now))

    return await once(request, once_key, SigningKeysShown, work)


@post(
    "/performance/keys/{kid:str}/withdraw",
    operation_id="withdrawSigningKey",
    tags=_TAGS,
    status_code=HTTP_200_OK,
    opt={"scope": "performance:write"},
)
async def withdraw_signing_key(request: AnyRequest, kid: FromPath[str], once_key: OnceKey = None) -> Response[SigningKeysShown]:
    """Withdraw a key, for good: what it signed verifies no more. Where it was the last one, another is made at once."""
    house, key = house_of(request), key_of(request)

    async def work(tx: Tx) -> tuple[int, SigningKeysShown]:
        now = utc_now()
        await withdraw_key(tx, house.directory.sealer, key.merchant_id, kid, f"key {key.key_id}", now)
        return HTTP_200_OK, _shown(await steps.signing_keys(tx, key.merchant_id, now))

    return await once(request, once_key, SigningKeysShown, work)


ROUTES: list[Any] = [list_signing_keys, make_signing_key, withdraw_signing_key]
