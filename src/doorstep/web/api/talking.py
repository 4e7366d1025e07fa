"""What a merchant has changed of the talks: read, checked and put live."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, put
from litestar.params import JSONBody
from msgspec import Meta

from doorstep.conversations.talks.book import Changes
from doorstep.conversations.talks.changing import look_over
from doorstep.errors import BadInputError
from doorstep.steps import talk_versions
from doorstep.steps.talk_versions import FaultyTalksError, Version
from doorstep.steps.work import utc_now
from doorstep.web.api.entering import key_of
from doorstep.web.house import house_of
from doorstep.web.problems import AnyRequest

#: A language's words, all of them at their longest.
_MOST_BYTES = 2_000_000


class TalksShown(msgspec.Struct, frozen=True, kw_only=True):
    """What is live."""

    version: Annotated[int, Meta(description="0: you have changed nothing.")]
    live_from: datetime | None
    note: str
    changes: Annotated[
        Changes,
        Meta(
            description="`on`: the machine answers at all. `off`: talks left to people. `words`: your own texts, by language and key. `next`: what a talk offers next."
        ),
    ]


class TalksForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be live instead."""

    changes: Annotated[dict[str, Any], Meta(description="Whole: what is left out is ours again.")]
    note: Annotated[str, Meta(max_length=300)] = ""


@get("/talks", operation_id="readTalks", tags=["Talks"], opt={"scope": "policy:read"})
async def read_talks(request: AnyRequest) -> TalksShown:
    """Read what you have changed of the talks."""
    house, merchant_id = house_of(request), key_of(request).merchant_id
    async with house.database.for_merchant(merchant_id) as tx:
        return _shown(await talk_versions.in_force(tx, merchant_id))


@put(
    "/talks",
    operation_id="putTalks",
    tags=["Talks"],
    opt={"scope": "policy:write", "body": "json"},
    request_max_body_size=_MOST_BYTES,
)
async def put_talks(request: AnyRequest, data: JSONBody[TalksForm]) -> TalksShown:
    """Answer customers so from now on. Nothing changes where anything is wrong with it; `errors` says all that is."""
    house, key = house_of(request), key_of(request)
    changes, wrong = look_over(msgspec.json.encode(data.changes))
    if changes is None:
        raise BadInputError(wrong[0])
    if wrong:
        raise FaultyTalksError(wrong)
    async with house.database.for_merchant(key.merchant_id) as tx:
        number = await talk_versions.keep_draft(tx, key.merchant_id, changes, data.note, f"key {key.key_id}", utc_now())
        await talk_versions.put_live(tx, key.merchant_id, number, "", f"key {key.key_id}", utc_now())
        shown = _shown(await talk_versions.in_force(tx, key.merchant_id))
    house.directory.outdate()
    return shown


def _shown(version: Version) -> TalksShown:
    kept = version.kept
    return TalksShown(
        version=version.number, live_from=kept.live_from if kept else None, note=kept.note if kept else "", changes=version.changes
    )


ROUTES: list[Any] = [read_talks, put_talks]
