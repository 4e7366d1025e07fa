"""The keys that sign published figures, at the desk: one more is made, one is withdrawn."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK

from doorstep.steps.signing_keys import make_key, withdraw_key
from doorstep.steps.work import utc_now
from doorstep.web.desk.doors import user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest

_BACK = "/desk/performance?saved=1#keys"


@post("/performance/keys", status_code=HTTP_200_OK, include_in_schema=False)
async def add_signing_key(request: AnyRequest) -> Response[Any]:
    """Make a key; those there are keep verifying."""
    house, user = house_of(request), user_of(request)
    async with house.database.for_merchant(user.merchant_id) as tx:
        await make_key(tx, house.directory.sealer, user.merchant_id, f"user {user.user_id}", utc_now())
    return Redirect(_BACK, status_code=303)


@post("/performance/keys/{key_id:str}/withdraw", status_code=HTTP_200_OK, include_in_schema=False)
async def withdraw_signing_key(request: AnyRequest, key_id: FromPath[str]) -> Response[Any]:
    """Let a key verify nothing any more."""
    house, user = house_of(request), user_of(request)
    async with house.database.for_merchant(user.merchant_id) as tx:
        await withdraw_key(tx, house.directory.sealer, user.merchant_id, key_id, f"user {user.user_id}", utc_now())
    return Redirect(_BACK, status_code=303)
