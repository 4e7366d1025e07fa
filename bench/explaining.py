"""A transaction and whatever the store asks of it → how PostgreSQL answered: every plan, with what it read."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
from typing_extensions import override

import doorstep.store
from doorstep.store.database import Database, Tx

_STORE = str(Path(doorstep.store.__file__).parent)
#: Both plans a prepared statement may get: for these arguments, or for any. PostgreSQL chooses between them by their estimated costs.
_KINDS = {"custom": "force_custom_plan", "generic": "force_generic_plan"}
#: A table of more rows is never read whole, unless it has fewer than so many rows for each key handed over.
LARGE, _SHARE = 10_000, 100
#: What is sorted or passed over may be so many times what is returned, and so many rows more.
_TIMES, _MORE = 10, 1_000


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One statement, planned in one way."""

    #: Module, function and constant of the store.
    name: str
    query: str
    #: With which arguments.
    case: str
    #: As whom, and with which settings.
    way: str
    kind: str
    ms: float
    #: What the planner thought it would cost.
    cost: float
    #: Rows returned or written.
    rows: int
    #: Rows or keys handed over in a list, or rows that a limit let through; at least 1.
    keys: int
    #: Pages of 8 kB touched.
    buffers: int
    faults: tuple[str, ...]
    plan: Any


class Explaining:
    """A transaction that explains each statement, undoes that, and then runs it."""

    def __init__(self, tx: Tx, seen: list[Seen], case: str, way: str, large: frozenset[str]) -> None:
        self._tx, self._seen, self._case, self._way, self._large = tx, seen, case, way, large

    async def fetch(self, query: str, *args: object) -> Any:
        await self._explain(query, args)
        return await self._tx.fetch(query, *args)

    async def fetchrow(self, query: str, *args: object) -> Any:
        await self._explain(query, args)
        return await self._tx.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: object) -> Any:
        await self._explain(query, args)
        return await self._tx.fetchval(query, *args)

    async def execute(self, query: str, *args: object) -> Any:
        await self._explain(query, args)
        return await self._tx.execute(query, *args)

    async def _explain(self, query: str, args: Sequence[object]) -> None:
        """Explain the statement by each kind of plan, twice: the first finds the pages cold."""
        name = _name(query)
        types = [one.name for one in (await self._tx.prepare(query)).get_parameters()]
        texts = ", ".join(f"quote_nullable(${n}::{kind}::text)" for n, kind in enumerate(types, 1))
        told = await self._tx.fetchrow(f"select {texts}", *args) if types else []
        values = f"({', '.join(f'{text}::{kind}' for text, kind in zip(told, types, strict=True))})" if types else ""
        await self._tx.execute(f"prepare explained {'(' + ', '.join(types) + ')' if types else ''} as {query}")
        for kind, mode in _KINDS.items():
            for _ in range(2):
                await self._tx.execute(f"savepoint explained; set local plan_cache_mode = {mode}")
                answer = await self._tx.fetchval(f"explain (analyze, buffers, timing off, format json) execute explained {values}")
                await self._tx.execute("rollback to savepoint explained")
            plan = msgspec.json.decode(answer)[0]
            top = plan["Plan"]
            keys = max([1, _limited(top), *(len(arg) for arg in args if isinstance(arg, list))])
            self._seen.append(
                Seen(
                    name=name,
                    query=query,
                    case=self._case,
                    way=self._way,
                    kind=kind,
                    ms=plan["Execution Time"],
                    cost=top["Total Cost"],
                    rows=_rows(top),
                    keys=keys,
                    buffers=top["Shared Hit Blocks"] + top["Shared Read Blocks"],
                    faults=tuple(sorted(set(_faults(top, max(_rows(top), keys), self._large)))),
                    plan=plan,
                )
            )
        await self._tx.execute("deallocate explained")


class Watched(Database):
    """A database whose every transaction explains its statements and is rolled back."""

    def __init__(self, opened: Database, seen: list[Seen], case: str, way: str, large: frozenset[str]) -> None:
        self._opened, self._seen, self._case, self._way, self._large = opened, seen, case, way, large

    @override
    @asynccontextmanager
    async def system(self) -> AsyncIterator[Tx]:
        async with self._opened.system() as tx, self._undone(tx, "system") as explaining:
            yield explaining

    @override
    @asynccontextmanager
    async def for_merchant(self, merchant_id: int) -> AsyncIterator[Tx]:
        async with self._opened.for_merchant(merchant_id) as tx, self._undone(tx, "merchant") as explaining:
            yield explaining

    @asynccontextmanager
    async def _undone(self, tx: Tx, who: str) -> AsyncIterator[Tx]:
        inner = tx.transaction()
        await inner.start()
        try:
            yield cast("Tx", Explaining(tx, self._seen, self._case, f"{who}, {self._way}", self._large))
        finally:
            await inner.rollback()


def _name(query: str) -> str:
    """Name the function of the store that asks, and its statement where that is a constant."""
    frame = sys._getframe(2)  # noqa: SLF001 - who asks is told by nothing else
    while frame.f_back and not frame.f_code.co_filename.startswith(_STORE):
        frame = frame.f_back
    constant = next((name for name, value in frame.f_globals.items() if isinstance(value, str) and value is query), "")
    return f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name} {constant}".strip()


def _rows(node: dict[str, Any]) -> int:
    """Rows returned; of a statement that writes and returns none, rows written."""
    rows = int(node["Actual Rows"] * node["Actual Loops"])
    if node["Node Type"] == "ModifyTable":
        return max(rows, *(_rows(part) for part in node["Plans"]))
    return rows


def _limited(node: dict[str, Any]) -> int:
    """Rows that limits let through: there are never more of them, however many are stored."""
    return (_rows(node) if node["Node Type"] == "Limit" else 0) + sum(_limited(part) for part in node.get("Plans", []))


def _faults(node: dict[str, Any], wanted: int, large: frozenset[str]) -> list[str]:
    """Tell what a plan does that costs more the more is stored."""
    found: list[str] = []
    loops = node["Actual Loops"]
    most = _TIMES * wanted + _MORE
    read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    if loops and node["Node Type"] == "Seq Scan" and node.get("Relation Name") in large and read * loops > _SHARE * wanted:
        found.append(f"reads all of {node['Relation Name']}")
    if loops and node["Node Type"].endswith("Sort") and sum(_rows(part) for part in node["Plans"]) > most:
        found.append(f"sorts {sum(_rows(part) for part in node['Plans']):,} rows")
    passed = sum(node.get(key, 0) for key in ("Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter"))
    over = node.get("Relation Name", "a join")
    if loops and passed * loops > most and (over in large or over == "a join"):
        found.append(f"passes over {int(passed * loops):,} rows of {over}")
    return found + [fault for part in node.get("Plans", []) for fault in _faults(part, wanted, large)]
