"""A tracking number → whose it may be; the merchant's own carriers win."""

from typing import Annotated, Any

from litestar import get
from litestar.params import QueryParameter

from doorstep.carriers.identifying import Identified, identify
from doorstep.steps.whose import own_carriers
from doorstep.web.api.entering import key_of
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest

Number = Annotated[str, QueryParameter(description="As printed; spaces and dashes do not matter.", min_length=1, max_length=200)]
Country = Annotated[str | None, QueryParameter(description="Where the parcel goes: `ES`, `Spain`.", max_length=60)]
Postcode = Annotated[str | None, QueryParameter(description="Of the place it goes to.", max_length=20)]


@get("/identify", operation_id="identifyNumber", tags=["Tracking"], opt={"scope": "tracking:read"})
async def identify_number(request: AnyRequest, number: Number, country: Country = None, postcode: Postcode = None) -> Identified:
    """Tell whose a tracking number may be: carriers with a confidence from patterns and check digits.

    `settled` names the carrier where there is no reasonable doubt: one of your connected carriers if exactly one of them fits, else
    the only likely one. Country and postcode change how likely a carrier is, never whether it is listed.
    """
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        own = (await own_carriers(tx, [merchant_id])).get(merchant_id, frozenset())
    return identify(number, country=country, postcode=postcode, own=own)


ROUTES: list[Any] = [identify_number]
