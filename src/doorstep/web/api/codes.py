"""Codes that no table of ours knows → lists of them, and what the merchant says they mean."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_201_CREATED, HTTP_204_NO_CONTENT
from msgspec import Meta

from doorstep.carriers.suggesting import suggest
from doorstep.errors import BadInputError
from doorstep.steps.reread import NewMapping, map_code, unmap_code
from doorstep.steps.work import utc_now
from doorstep.store import checkpoints, mappings
from doorstep.store.access import ApiKey
from doorstep.store.database import Tx
from doorstep.web.api.entering import key_of
from doorstep.web.api.once import OnceKey, once
from doorstep.web.api.paging import USUAL, Cursor, Limit, cursor_to, number_in, number_of, page_of
from doorstep.web.api.shapes import Id, Next
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest

#: Unknown codes are few; beyond so many somebody must map some first.
_MOST_CODES = 10_000
_EVERYWHERE = "codes:everywhere"


class Suggested(msgspec.Struct, frozen=True, kw_only=True):
    """What a code may mean, by the carrier's words. Never applied by itself."""

    event_type: str
    confidence: Annotated[float, Meta(ge=0, le=1, description="How often a suggestion like this is right.")]


class UnknownCode(msgspec.Struct, frozen=True, kw_only=True):
    """A carrier's code that no table maps to an event type."""

    carrier: str
    carrier_code: str
    carrier_text: str
    times: int
    first_at: datetime
    last_at: datetime
    suggestions: Annotated[list[Suggested], Meta(description="The likeliest first; often there are none.")]


class UnknownCodePage(msgspec.Struct, frozen=True, kw_only=True):
    """Unknown codes, most frequent first."""

    unknown_codes: list[UnknownCode]
    next: Next = None


class MappingForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an unknown code means."""

    carrier: Annotated[str, Meta(min_length=1, max_length=100, description="Slug of the carrier, as the list of unknown codes shows it.")]
    carrier_code: Annotated[str, Meta(max_length=500, description="Empty where the carrier sends words only.")] = ""
    carrier_text: Annotated[str, Meta(max_length=1000, description="The carrier's words; empty for any words under the code.")] = ""
    event_type: Annotated[str, Meta(max_length=60, description="An event type; `unknown` to leave unread what is mapped everywhere.")]
    everywhere: Annotated[bool, Meta(description=f"For every merchant of this installation; needs the scope `{_EVERYWHERE}`.")] = False


class CodeMapping(MappingForm, frozen=True, kw_only=True):
    """A mapping in force."""

    id: Id
    made_at: datetime
    replaying: Annotated[bool, Meta(description="Scans received earlier are being read again.")]
    scans: Annotated[int, Meta(description="Earlier scans whose meaning it changed.")]


class CodeMappings(msgspec.Struct, frozen=True, kw_only=True):
    """All mappings in force, newest first."""

    code_mappings: list[CodeMapping]


class MappingMade(msgspec.Struct, frozen=True):
    """The mapping that was made; earlier scans are read again within seconds."""

    id: Id


@get("/unknown-codes", operation_id="listUnknownCodes", tags=["Tracking"], opt={"scope": "tracking:read"})
async def list_unknown(request: AnyRequest, cursor: Cursor = None, limit: Limit = USUAL) -> UnknownCodePage:
    """List carriers' codes that no table maps, most frequent first."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    start = number_in("codes", cursor) or 0
    if start > _MOST_CODES:
        raise BadInputError("cursor: the list ends before this")
    async with house.database.for_merchant(merchant_id) as tx:
        rows = (await checkpoints.unknown(tx, merchant_id, start + limit + 1))[start:]
    page, more = page_of(rows, limit)
    return UnknownCodePage(
        unknown_codes=[UnknownCode(**dict(row), suggestions=_suggested(row["carrier_text"])) for row in page],
        next=cursor_to("codes", str(start + limit)) if more else None,
    )


def _suggested(text: str) -> list[Suggested]:
    return [Suggested(event_type=one.event_type, confidence=one.confidence) for one in suggest(text)]


@get("/code-mappings", operation_id="listCodeMappings", tags=["Tracking"], opt={"scope": "tracking:read"})
async def list_mappings(request: AnyRequest) -> CodeMappings:
    """List what your unknown codes were said to mean. The list is what to send in to have the codes known to everybody."""
    merchant_id = key_of(request).merchant_id
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        rows = await mappings.of_merchant(tx, merchant_id)
    return CodeMappings(
        code_mappings=[
            CodeMapping(
                id=str(row["mapping_id"]),
                carrier=row["carrier"],
                carrier_code=row["carrier_code"],
                carrier_text=row["carrier_text"],
                event_type=row["event_type"],
                everywhere=row["everywhere"],
                made_at=row["made_at"],
                replaying=row["replay_at"] is not None,
                scans=row["scans"],
            )
            for row in rows
        ]
    )


@post(
    "/code-mappings",
    operation_id="mapCode",
    tags=["Tracking"],
    status_code=HTTP_201_CREATED,
    opt={"scope": "tracking:write", "body": "json"},
)
async def add_mapping(request: AnyRequest, data: JSONBody[MappingForm], once_key: OnceKey = None) -> Response[MappingMade]:
    """Say what an unknown code means; scans received earlier are read again at once. A code our own tables know keeps its meaning."""
    key = key_of(request)
    if data.everywhere and _EVERYWHERE not in key.scopes:
        raise PermissionDeniedException(f"this key lacks the scope {_EVERYWHERE}, which only the operator gives")
    wanted = NewMapping(
        carrier=data.carrier,
        carrier_code=data.carrier_code,
        carrier_text=data.carrier_text,
        event_type=data.event_type,
        everywhere=data.everywhere,
    )

    async def work(tx: Tx) -> tuple[int, MappingMade]:
        return HTTP_201_CREATED, MappingMade(str(await map_code(tx, key.merchant_id, wanted, _actor(key), utc_now())))

    return await once(request, once_key, MappingMade, work)


@delete(
    "/code-mappings/{mapping_id:str}",
    operation_id="unmapCode",
    tags=["Tracking"],
    status_code=HTTP_204_NO_CONTENT,
    opt={"scope": "tracking:write"},
)
async def remove_mapping(request: AnyRequest, mapping_id: FromPath[str]) -> None:
    """Take a mapping back; the scans it gave a meaning to are read without it at once."""
    key = key_of(request)
    async with house_of(request).database.for_merchant(key.merchant_id) as tx:
        await unmap_code(tx, key.merchant_id, number_of(mapping_id), _actor(key), utc_now(), operator=_EVERYWHERE in key.scopes)


def _actor(key: ApiKey) -> str:
    return f"key {key.key_id}"


ROUTES: list[Any] = [list_unknown, list_mappings, add_mapping, remove_mapping]
