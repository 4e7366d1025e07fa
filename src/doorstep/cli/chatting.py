"""`doorstep chat`: talk in the terminal with what answers customers, on a merchant's real records."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.console import Console

from doorstep.cli.merchants import at_work
from doorstep.domain.vocabulary import ChannelKind
from doorstep.errors import BadInputError, NotFoundError
from doorstep.settings import Settings
from doorstep.steps.directory import Directory, Tenant
from doorstep.steps.terminal import Line, Session
from doorstep.steps.work import utc_now
from doorstep.store import connections
from doorstep.store.database import Database

#: Channels whose form of an answer can be tried.
_CHANNELS = (ChannelKind.CHAT, ChannelKind.SMS, ChannelKind.WHATSAPP, ChannelKind.MESSENGER, ChannelKind.EMAIL)


class In(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line in: what is said, or the id of a button."""

    text: str = ""
    choice: str = ""


_IN = msgspec.json.Decoder(In)


def chat(
    *,
    as_: Annotated[str, Parameter(name="--as")] = "",
    merchant: str | None = None,
    channel: str = "chat",
    jsonl: bool = False,
    data_dir: Path | None = None,
) -> int:
    """Talk as a customer: what is asked for is really done, under the same guards as everywhere; nothing is sent.

    Args:
        as_: e-mail address of the customer, taken to be logged in; without it nobody is known.
        merchant: the merchant's slug; may be left out where there is one only.
        channel: chat, sms, whatsapp, messenger or email: how answers and choices are written.
        jsonl: read one JSON object a line, {"text": …} or {"choice": …}, and write one for each turn.
        data_dir: where the embedded database lives.
    """
    if channel not in _CHANNELS:
        raise BadInputError(f"--channel must be one of {', '.join(_CHANNELS)}")

    async def work(_: Settings, database: Database, directory: Directory) -> int:
        tenant = await _tenant(database, directory, merchant)
        session = Session(database, directory, tenant, email=as_, channel=ChannelKind(channel))
        await (_by_lines(session) if jsonl else _by_hand(session, tenant))
        return 0

    return at_work(data_dir, work, pool=4)


async def _tenant(database: Database, directory: Directory, slug: str | None) -> Tenant:
    async with database.system() as tx:
        found = [one for one in (await connections.merchants(tx)).values() if slug in {None, one.slug}]
    if len(found) != 1:
        raise NotFoundError(f"there is no merchant {slug!r}" if slug else "say which merchant with --merchant: there is not exactly one")
    await directory.refresh(database, utc_now(), force=True)
    tenant = directory.tenant(found[0].merchant_id)
    if tenant is None:
        raise NotFoundError(f"there is no merchant {found[0].slug!r}")
    return tenant


async def _lines(take: Callable[[str], Awaitable[None]]) -> None:
    """Read lines while the talk goes on; the end of the input ends it."""
    while line := await asyncio.to_thread(_line):
        if line.strip():
            await take(line)


def _line() -> str:
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError as error:
        raise BadInputError(f"a line is not UTF-8: {error.reason}") from error


async def _by_lines(session: Session) -> None:
    async def take(line: str) -> None:
        try:
            said = _IN.decode(line)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise BadInputError(f"a line must be a JSON object with text or choice: {error}") from error
        turn = await session.turn(said.text, said.choice, utc_now())
        print(msgspec.json.encode(shown(turn)).decode(), flush=True)

    await _lines(take)


async def _by_hand(session: Session, tenant: Tenant) -> None:
    console = Console()
    console.print(f"You talk with {tenant.brand.name}. An empty line changes nothing; Ctrl-D ends it.", style="dim")

    async def take(line: str) -> None:
        turn = await session.turn(line.strip(), "", utc_now())
        console.print(turn.spoken.text, markup=False)
        for place, one in enumerate(turn.spoken.choices, start=1):
            if one.title not in turn.spoken.text:
                console.print(f"  {place}: {one.title}" + (f"  ({one.about})" if one.about else ""), style="cyan", markup=False)
        if turn.spoken.link:
            console.print(f"  {turn.spoken.link.url}", style="cyan", markup=False)
        told = f"{turn.turned.intent or '–'} {turn.turned.confidence:.2f}"  # noqa: RUF001 - stands for none
        console.print(f"[{told}{', handed over: ' + turn.turned.handover if turn.turned.handover else ''}]", style="dim", markup=False)

    await _lines(take)


def shown(line: Line) -> dict[str, Any]:
    """Write a turn as the lines out hold it."""
    turned, done = line.turned, [one for one in line.turned.did if one.outcome in {"done", "human", "prepared"}]
    refused = next((one.code for one in turned.did if one.outcome == "refused"), None)
    return {
        "text": line.spoken.text,
        "buttons": [{"id": one.choice_id, "title": one.title, "about": one.about} for one in line.spoken.choices],
        "link": line.spoken.link.url if line.spoken.link else None,
        "language": turned.memory.language,
        "talk": turned.talk,
        "intent": turned.intent,
        "confidence": round(turned.confidence, 4),
        "entities": [{"kind": one.kind, "text": one.text, "value": one.value} for one in line.understood.entities],
        "action": {"name": done[-1].action, "state": done[-1].outcome, "order": done[-1].order, "case": done[-1].case} if done else None,
        "refused": refused,
        "handover": turned.handover,
    }
