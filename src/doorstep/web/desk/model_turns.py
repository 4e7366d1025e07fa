"""What a merchant's language model was told, answered and cost → a list by connection, and one turn with today's reading of it."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from doorstep.domain.money import Money
from doorstep.errors import BadInputError, NotFoundError
from doorstep.steps.model_replay import read_kept, replay_turn
from doorstep.steps.work import utc_now
from doorstep.store import connections, model_turns
from doorstep.web.desk.doors import desk_page, id_of, user_of
from doorstep.web.house import house_of
from doorstep.web.look.asking import AnyRequest, clean_text

_PAGE = 100
_MICROS = 1_000_000
#: How a turn ended, as the page says it.
ENDED = {
    "used": "What it wrote was said",
    "proposed": "What it proposed was gone on with",
    "ungrounded": "It wrote what no fact of the turn says",
    "leaked": "It repeated its instructions",
    "malformed": "Its answer could not be read",
    "rounds": "It went on asking for tools",
    "empty": "It said nothing, was cut off or filtered",
    "timeout": "It took too long",
    "overloaded": "Its provider took no more calls",
    "failed": "Its provider could not be reached, or has a fault",
    "misconfigured": "Its settings are wrong",
    "breaker": "It rested after failures",
    "budget": "The budget was spent",
}


@get("/model-turns", include_in_schema=False)
async def list_model_turns(request: AnyRequest) -> Response[str]:
    """List the newest turns of one connection, and what it cost today and this month."""
    house, merchant_id = house_of(request), user_of(request).merchant_id
    asked = clean_text(request.query_params.get("connection"), 20)
    if not (asked.isascii() and asked.isdigit()):
        raise BadInputError("open the list from a connection")
    async with house.database.for_merchant(merchant_id) as tx:
        one = await connections.one(tx, house.directory.sealer, merchant_id, id_of(int(asked)))
        rows = await model_turns.newest(tx, merchant_id, one.connection_id, _PAGE)
        spent = await model_turns.spent(tx, merchant_id, one.connection_id, utc_now().date())
    currency = one.settings.get("currency", "EUR")
    return desk_page(
        request,
        "model_turns.html",
        one=one,
        rows=[(row, ENDED.get(row["outcome"], row["outcome"]), cost(row["micros"], row["currency"])) for row in rows],
        today=cost(spent.day_micros, currency),
        month=cost(spent.month_micros, currency),
    )


@get("/model-turns/{model_turn_id:int}", include_in_schema=False)
async def one_model_turn(request: AnyRequest, model_turn_id: FromPath[int]) -> Response[str]:
    """Show one turn: what was told and answered, what it cost, and whether the same would come of it today."""
    merchant_id, number = user_of(request).merchant_id, id_of(model_turn_id)
    async with house_of(request).database.for_merchant(merchant_id) as tx:
        kept = await model_turns.read(tx, merchant_id, number)
        if kept is None:
            raise NotFoundError("there is no such turn of a model; turns are kept for ninety days")
        try:
            replayed, unread = (await replay_turn(tx, merchant_id, number)).differences, ""
            exchanges = read_kept(kept).exchanges
        except BadInputError as error:
            replayed, exchanges, unread = (), (), str(error)
    return desk_page(
        request,
        "model_turn.html",
        kept=kept,
        ended=ENDED.get(kept.outcome, kept.outcome),
        cost=cost(kept.micros, kept.currency),
        calls=[(_messages(one.request), one, _pretty(one.body)) for one in exchanges],
        tools=_pretty(kept.tools),
        differences=replayed,
        unread=unread,
    )


def cost(micros: int, currency: str) -> str:
    """Write a cost, which may be far below the minor unit: "0.0011 EUR"."""
    whole = f"{micros / _MICROS:.6f}".rstrip("0")
    digits = max(len(whole.partition(".")[2]), len(f"{Money(0, currency).decimal}".partition(".")[2]))
    return f"{micros / _MICROS:.{digits}f} {currency}"


def _messages(request: str) -> list[tuple[str, str]]:
    """Take the messages of a request: who, and what, the data among them written over several lines."""
    asked: dict[str, Any] = msgspec.json.decode(request)
    return [(str(one.get("role", "")), _said(one)) for one in asked.get("messages", ())]


def _said(message: dict[str, Any]) -> str:
    parts = [_pretty(message.get("content") or "")]
    if calls := message.get("tool_calls"):
        parts.append(_pretty(msgspec.json.encode(calls).decode()))
    return "\n".join(part for part in parts if part)


def _pretty(text: str) -> str:
    """Write JSON over several lines; what is none stays as it is."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:
        return text
