"""What providers say of approved templates → how each stands here; theirs are listed every hour, ours handed in on request.

A template that its provider made a marketing template is paused: it would cost more, and customers who want no marketing would not get
it. Owners are told of templates that were used and are no more, as they are of a connection that is paused.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from doorstep.channels import channels
from doorstep.domain.messages import TemplateNews
from doorstep.domain.plugins import Approving, Template, TemplateFlow
from doorstep.errors import ConflictError, MisconfiguredError, RefusedError, TryLaterError
from doorstep.messages.notices import TemplatesPaused, templates_notice
from doorstep.steps.directory import Directory
from doorstep.steps.pausing import Notice, provider_name, tell_owners
from doorstep.steps.wire import Wire
from doorstep.store import decisions, message_lists, templates
from doorstep.store.connections import Connection
from doorstep.store.database import Database, Tx
from doorstep.store.extras import extras_of
from doorstep.store.templates import KeptTemplate

_LOG = structlog.get_logger()
TRIGGER = "template.paused"
#: How often a connection's templates are listed, and when again after it came to nothing.
_EVERY, _AGAIN = timedelta(hours=1), timedelta(minutes=10)
#: A turn is another worker's after so long.
_LEASE = timedelta(minutes=15)
#: Connections asked at once.
_MOST = 8
#: A template that was handed in so lately may be missing from a list that was made before.
_FRESH = timedelta(minutes=10)
_GONE = "it is not there any more"
#: What is listed under the name of one that is to be handed in, or was refused when it was, is another text: messages do not go by it.
_OTHERS_TEXT = frozenset({"asked", "refused"})


def after(kept: KeptTemplate | None, news: TemplateNews, now: datetime) -> KeptTemplate:
    """Fold news into how a template stands.

    Moved from utility to marketing it is paused until it is moved back. What was paused for another reason is used again when it is
    approved anew: being listed as approved all the while is nothing new.
    """
    if kept is None:
        kept = KeptTemplate(name=news.name, language=news.language, status="unknown", at=now)
    category, status = news.category or kept.category, news.status or kept.status
    paused = kept.paused_why
    if kept.category == "utility" and category == "marketing":
        paused = f"its provider has made it a marketing template{f' ({news.reason})' if news.reason else ''}"
    elif paused is not None and kept.category == "marketing":
        paused = None if category != "marketing" else paused
    elif paused is not None and kept.status != "approved" and status == "approved":
        paused = None
    # A reason belongs to the status it came with.
    reason = news.reason or (kept.reason if status == kept.status else "")
    stood = (kept.status, kept.category, kept.paused_why)
    at = kept.at if stood == (status, category, paused) else now
    return KeptTemplate(
        name=kept.name,
        language=kept.language,
        status=status,
        category=category,
        reason=reason,
        body_hash=kept.body_hash,
        paused_why=paused,
        at=at,
    )


async def take_news(tx: Tx, directory: Directory, connection: Connection, news: Sequence[TemplateNews], now: datetime) -> None:
    """Take in what a webhook said of templates."""
    if news:
        await _fold(tx, directory, connection, news, now)


async def _fold(
    tx: Tx, directory: Directory, connection: Connection, news: Iterable[TemplateNews], now: datetime, *, whole: bool = False
) -> None:
    """Fold news in order; for a `whole` list, what it does not name is gone."""
    of = (connection.merchant_id, connection.connection_id)
    before = {(one.name, one.language): one for one in await templates.of(tx, *of, hold=True)}
    stand = dict(before)
    named = set()
    for one in news:
        key = (one.name, one.language)
        named.add(key)
        if not whole or key not in before or before[key].status not in _OTHERS_TEXT:
            stand[key] = after(stand.get(key), one, now)
    if whole:
        for key in before.keys() - named:
            if before[key].status not in _OTHERS_TEXT and now - before[key].at > _FRESH:
                gone = TemplateNews(name=key[0], language=key[1], status="disabled", reason=_GONE)
                stand[key] = after(before[key], gone, now)
    changed = [one for key, one in stand.items() if one != before.get(key)]
    if changed:
        await templates.keep(tx, *of, changed)
    lost = [one for one in changed if not one.usable and (old := before.get((one.name, one.language))) is not None and old.usable]
    if lost:
        await _tell(tx, directory, connection, lost, now)


async def pause_template(tx: Tx, directory: Directory, connection: Connection, name: str, language: str, why: str, now: datetime) -> bool:
    """Send no more by a template until it is approved anew, because it is at fault; tell whether it was used until now."""
    of = (connection.merchant_id, connection.connection_id)
    kept = next((one for one in await templates.of(tx, *of, hold=True) if (one.name, one.language) == (name, language)), None)
    if kept is None or kept.paused_why is not None:
        return False
    paused = KeptTemplate(
        name=name,
        language=language,
        status=kept.status,
        category=kept.category,
        reason=kept.reason,
        body_hash=kept.body_hash,
        paused_why=why,
        at=now,
    )
    await templates.keep(tx, *of, [paused])
    if kept.usable:
        await _tell(tx, directory, connection, [paused], now)
    return kept.usable


async def pause_at_fault(tx: Tx, directory: Directory, connection: Connection, message_id: UUID, why: str, now: datetime) -> None:
    """Pause the approved template that a message went by, if it went by one: its provider says that it is at fault."""
    row = await message_lists.to_whom(tx, connection.merchant_id, message_id)
    approved = extras_of(row["extras"]).approved if row is not None else None
    if approved is not None:
        await pause_template(tx, directory, connection, approved.name, approved.language, why, now)


async def _tell(tx: Tx, directory: Directory, connection: Connection, lost: Sequence[KeptTemplate], now: datetime) -> None:
    merchant_id = connection.merchant_id
    tenant = directory.tenant(merchant_id)
    for one in lost:
        _LOG.warning("template_paused", merchant=merchant_id, connection=connection.connection_id, template=one.name, why=one.paused_why)
    if tenant is None:  # unreadable: nothing could be said of it
        return
    told = TemplatesPaused(
        shop=tenant.merchant.name,
        name=connection.name,
        provider=provider_name(connection),
        templates=tuple((f"{one.name}, {one.language}", one.paused_why or f"{one.status}. {one.reason}".strip()) for one in lost),
        url=f"{directory.base_url}/desk/approvals",
    )
    notice = Notice(
        trigger=TRIGGER,
        template="templates_paused",
        content=templates_notice(told, tenant.brand.default_locale),
        why="owners are told when templates can no longer be used",
    )
    untold = await tell_owners(tx, tenant, connection, notice, now)
    if untold is not None:
        await decisions.count_skips(tx, {(merchant_id, TRIGGER, untold): 1}, now.date())


async def approved(tx: Tx, merchants: Sequence[int]) -> dict[int, frozenset[tuple[int, str, str]]]:
    """Merchants → by which (connection, template's name, its language) their messages may go outside the window."""
    return await templates.usable(tx, merchants)


async def hand_in(tx: Tx, connection: Connection, template: Template, now: datetime) -> None:
    """Have a template handed in for approval, within seconds, by a worker.

    Raises:
        ConflictError: its provider approves no templates.
    """
    if approving_of(connection) is None:
        raise ConflictError(f"{connection.provider} approves no templates")
    await templates.ask(tx, connection.merchant_id, connection.connection_id, template, now)


def approving_of(connection: Connection) -> Approving | None:
    """Return how a connection's provider approves templates; None: it does not."""
    channel = channels().get(connection.provider) if connection.kind == "channel" else None
    return channel.approving if channel else None


class TemplateKeeper:
    """Keeps one worker's share of the templates in step with their providers."""

    def __init__(self, database: Database, directory: Directory, wire: Wire) -> None:
        self._database, self._directory, self._wire = database, directory, wire
        self._lined_up: set[tuple[int, int]] = set()

    async def turn(self, now: datetime) -> int:
        """Hand in and list for a few connections whose turn it is; return how many."""
        until = now + _LEASE
        there = {
            (one.merchant_id, one.connection_id)
            for tenant in self._directory.tenants()
            for one in tenant.connections.values()
            if approving_of(one) is not None
        }
        async with self._database.system() as tx:
            if fresh := sorted(there - self._lined_up):
                await templates.line_up(tx, fresh, now)
            taken = await templates.claim(tx, now, until, _MOST)
        self._lined_up = there
        for of in taken:
            await self._serve(of, until, now)
        return len(taken)

    async def _serve(self, of: tuple[int, int], until: datetime, now: datetime) -> None:
        connection = self._directory.connection(*of)
        approving = approving_of(connection) if connection else None
        trouble, wait = None, _EVERY
        if connection is not None and approving is not None:
            try:
                await self._hand_in(connection, approving, now)
                news = await self._run(connection, approving.listed(connection.settings))
                async with self._database.system() as tx:
                    await _fold(tx, self._directory, connection, news, now, whole=True)
            except (TryLaterError, MisconfiguredError, RefusedError) as error:
                trouble = str(error)
                wait = max(_AGAIN, timedelta(seconds=(error.after_s or 0) if isinstance(error, TryLaterError) else 0))
        async with self._database.system() as tx:
            await templates.done(tx, of, until, now + wait, now, trouble)

    async def _hand_in(self, connection: Connection, approving: Approving, now: datetime) -> None:
        """Hand in what waits; what the provider refuses for good is noted with it."""
        async with self._database.system() as tx:
            waiting = await templates.asked(tx, connection.merchant_id, connection.connection_id)
        for template in waiting:
            try:
                news = await self._run(connection, approving.submit(template, connection.settings))
            except RefusedError as error:
                news = (TemplateNews(name=template.name, language=template.language, status="refused", reason=str(error)[:300]),)
            async with self._database.system() as tx:
                await _fold(tx, self._directory, connection, news, now)

    async def _run(self, connection: Connection, flow: TemplateFlow) -> tuple[TemplateNews, ...]:
        return await self._wire.ask(flow, connection=(connection.merchant_id, connection.connection_id), provider=connection.provider)
