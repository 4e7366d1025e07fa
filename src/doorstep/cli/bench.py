"""`doorstep bench`: a load in real formats → how fast, how late, how large, each beside simpler ways of doing the same."""

import os
import platform
import socket
from typing import Any, Literal

import msgspec
import structlog
from rich.console import Console

from doorstep import __version__
from doorstep.cli.benching.measures import Latency, Throughput, latency, requests, throughput
from doorstep.cli.benching.report import Line, as_object, show
from doorstep.cli.benching.server import Server, server
from doorstep.cli.benching.stage import Stage, settle, stage
from doorstep.cli.benching.stored import store
from doorstep.cli.benching.talks import talks
from doorstep.cli.opening import run_long
from doorstep.steps.work import utc_now

_LOG = structlog.get_logger()
Part = Literal["throughput", "latency", "http", "talks"]
_MODES = {"batches": "Doorstep", "rows": "row at a time", "jobs": "job queue"}
_TARGET_PER_S, _TARGET_P99_MS, _TARGET_REQUESTS, _TARGET_MB, _TARGET_RATIO, _TARGET_TURN_MS = 10_000, 250, 3_000, 250, 1.5, 50


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much of what is measured."""

    events: int
    #: Events for each of the baselines, which are slower.
    baseline_events: int
    rate: int
    latency_s: int
    baseline_latency_s: int
    http: int
    connections: int
    talks: int
    talks_s: int
    stored: int
    workers: int
    parts: tuple[Part, ...]
    history: bool


def bench(
    *,
    quick: bool = False,
    events: int | None = None,
    stored: int = 0,
    workers: int = 2,
    only: list[Part] | None = None,
    history: bool = False,
    json: bool = False,
) -> int:
    """Measure speed, lateness and memory on this machine, each beside two baselines in the same run.

    Uses a PostgreSQL of its own in a temporary folder, unless DOORSTEP_BENCH_DATABASE_URL names a server (with
    track_commit_timestamp on) where databases may be made and dropped. docs/reference/bench.md tells what is counted.

    Args:
        quick: a small run of about a minute, to see that everything works; its figures mean little.
        events: webhooks to carry in the measurement of throughput; default 20,000.
        stored: measure throughput once more with so many shipments stored; default 0: not.
        workers: worker processes; default 2.
        only: measure only this; may be given several times.
        history: let AfterShip's and EasyPost's webhooks repeat the parcel's earlier scans.
        json: print one JSON object instead of the table.
    """
    plan = Plan(
        events=events or (1_500 if quick else 20_000),
        baseline_events=200 if quick else 2_000,
        rate=300 if quick else 1_000,
        latency_s=1 if quick else 20,
        baseline_latency_s=1 if quick else 5,
        http=500 if quick else 20_000,
        connections=16 if quick else 64,
        talks=20 if quick else 100,
        talks_s=2 if quick else 60,  # PostgreSQL looks after its tables meanwhile, as in life
        stored=stored,
        workers=workers,
        parts=tuple(only or ("throughput", "latency", "http", "talks")),
        history=history,
    )
    loads = os.getloadavg()
    with server() as running:
        lines, details = run_long(_measure(running, plan))
    around: dict[str, Any] = {
        "version": __version__,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_before": round(loads[0], 2),
        "workers": workers,
        "events": plan.events,
        "details": details,
    }
    if json:
        print(msgspec.json.encode(as_object(lines, around)).decode())
    else:
        show(lines, around)
    return 0


async def _measure(running: Server, plan: Plan) -> tuple[list[Line], dict[str, Any]]:
    lines: list[Line] = []
    details: dict[str, Any] = {}
    async with stage(running.url, "doorstep_bench", utc_now()) as on:
        if "throughput" in plan.parts:
            lines += await _throughput(running, on, plan, details)
        if "latency" in plan.parts:
            lines.append(await _latency(on, plan, details))
        if "http" in plan.parts:
            lines.append(await _http(running, on, plan, details))
        if "talks" in plan.parts:
            lines += await _talks(running, on, plan, details)
        if plan.stored:
            lines.append(await _stored(running, on, plan, details))
    return lines, details


async def _throughput(running: Server, on: Stage, plan: Plan, details: dict[str, Any]) -> list[Line]:
    done: dict[str, Throughput] = {}
    for seed, mode in enumerate(_MODES, 1):
        _tell(f"throughput: {_MODES[mode]}")
        count = plan.events if mode == "batches" else plan.baseline_events
        done[mode] = await throughput(running, on, mode, events=count, processes=plan.workers, seed=seed, history=plan.history)
        _tell(f"{done[mode].per_s:,.0f} events/s")
    details["throughput"] = done
    ours, rows, jobs = done["batches"], done["rows"], done["jobs"]
    return [
        Line(
            name="webhooks accepted → messages queued",
            unit="events/s",
            value=ours.per_s,
            target=_TARGET_PER_S,
            row_at_a_time=rows.per_s,
            job_queue=jobs.per_s,
        ),
        Line(name="processor time, Python", unit="µs/event", value=ours.python_us, row_at_a_time=rows.python_us, job_queue=jobs.python_us),
        Line(
            name="processor time, PostgreSQL",
            unit="µs/event",
            value=ours.postgres_us,
            row_at_a_time=rows.postgres_us,
            job_queue=jobs.postgres_us,
        ),
        Line(
            name="memory of a worker, at its most",
            unit="MiB",
            value=ours.memory_mb,
            target=_TARGET_MB,
            at_most=True,
            row_at_a_time=rows.memory_mb,
            job_queue=jobs.memory_mb,
        ),
    ]


async def _latency(on: Stage, plan: Plan, details: dict[str, Any]) -> Line:
    done: dict[str, Latency] = {}
    for seed, mode in enumerate(_MODES, 11):
        _tell(f"latency: {_MODES[mode]}")
        seconds = plan.latency_s if mode == "batches" else plan.baseline_latency_s
        done[mode] = await latency(on, mode, rate=plan.rate, seconds=seconds, processes=plan.workers, seed=seed, history=plan.history)
        _tell(f"p99 {done[mode].p99_ms:,.0f} ms")
    details["latency"] = done
    return Line(
        name=f"accepted → queued at {plan.rate:,} events/s, p99",
        unit="ms",
        value=done["batches"].p99_ms,
        target=_TARGET_P99_MS,
        at_most=True,
        row_at_a_time=done["rows"].p99_ms,
        job_queue=done["jobs"].p99_ms,
    )


async def _http(running: Server, on: Stage, plan: Plan, details: dict[str, Any]) -> Line:
    done = {}
    ways = {"ours": ("doorstep", "web"), "rows": ("doorstep.cli.benching.child", "web-rows")}
    for seed, (name, module) in enumerate(ways.items(), 21):
        _tell(f"http: {'Doorstep' if name == 'ours' else 'a commit for each request'}")
        count = plan.http if name == "ours" else max(plan.http // 4, 200)
        done[name] = await requests(running, on, module, count=count, connections=plan.connections, port=_free_port(), seed=seed)
    details["http"] = done
    return Line(
        name="webhooks over HTTP, signature checked, durably kept",
        unit="requests/s",
        value=done["ours"].kept / done["ours"].seconds,
        target=_TARGET_REQUESTS,
        row_at_a_time=done["rows"].kept / done["rows"].seconds,
    )


async def _talks(running: Server, on: Stage, plan: Plan, details: dict[str, Any]) -> list[Line]:
    _tell("talks")
    done = await talks(running, on, rate=plan.talks, seconds=plan.talks_s, processes=plan.workers, seed=41)
    details["talks"] = done
    return [
        Line(
            name=f"a customer's word → answer queued at {plan.talks} talks/s, p99",
            unit="ms",
            value=done.p99_ms,
            target=_TARGET_TURN_MS,
            at_most=True,
        ),
        Line(name="one turn by itself, p99", unit="ms", value=done.turn_p99_ms),
        Line(name="processor time of a turn, Python and PostgreSQL", unit="ms", value=done.python_ms + done.postgres_ms),
    ]


async def _stored(running: Server, on: Stage, plan: Plan, details: dict[str, Any]) -> Line:
    _tell("throughput once more, for comparison")
    empty = await throughput(running, on, "batches", events=plan.events, processes=plan.workers, seed=31, history=plan.history)
    await store(on, plan.stored, lambda done: _tell(f"stored {done:,} shipments"))
    await settle(on)
    _tell("throughput with them stored")
    full = await throughput(running, on, "batches", events=plan.events, processes=plan.workers, seed=32, history=plan.history)
    details["stored"] = {"shipments": plan.stored, "empty": empty, "full": full}
    return Line(
        name=f"cost of an event with {plan.stored:,} shipments stored, against few",
        unit="times",
        value=full.seconds / full.events / (empty.seconds / empty.events),
        target=_TARGET_RATIO,
        at_most=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tell(step: str) -> None:
    Console(stderr=True).print(f"[dim]{step} …[/dim]")
