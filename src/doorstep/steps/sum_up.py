"""What the steps did and what waits → the figures of /metrics, all in one list."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from doorstep.store import asks, handover_lists, inbox, messages
from doorstep.store.database import Database

#: What a worker counts by itself; told on DOORSTEP_WORKER_METRICS_PORT.
WORKER = CollectorRegistry()
ROWS = Counter("doorstep_inbox_rows", "Inbox rows carried through the path.", registry=WORKER)
EVENTS = Counter("doorstep_events", "Checkpoints and order facts read, known ones included.", registry=WORKER)
DEAD = Counter("doorstep_dead_letters", "Inbox rows set aside because they could not be read.", registry=WORKER)
FILES = Counter(
    "doorstep_reply_files",
    "Files of replies that lay with a provider, by how a try to fetch them ended: kept, later, or why it was given up.",
    ("outcome",),
    registry=WORKER,
)
LABELS = Counter(
    "doorstep_labels",
    "Tries at return labels, by how they ended: made, void, later, or mend (somebody has to act).",
    ("outcome",),
    registry=WORKER,
)
MODEL_TURNS = Counter(
    "doorstep_model_turns",
    "Turns in which a merchant's language model was to be asked, by how they ended: used and proposed, else Doorstep answered by itself.",
    ("outcome",),
    registry=WORKER,
)
CASE_LOOKS = Counter(
    "doorstep_case_looks",
    "Cases looked at because their time had come or their parcel was heard of, failed ones among them.",
    ("outcome",),
    registry=WORKER,
)
HANDOVERS_LATE = Counter("doorstep_handovers_late", "Answers of humans to customers that were later than promised.", registry=WORKER)
RECONCILED = Counter("doorstep_reconciled", "Scans found by asking whose webhook never came.", registry=WORKER)
BATCH_SECONDS = Histogram(
    "doorstep_batch_seconds", "Seconds per batch.", registry=WORKER, buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)
)
CALLS = Counter(
    "doorstep_provider_calls",
    "Calls to providers (channels, and carriers that are asked) and how they ended.",
    ("channel", "outcome"),
    registry=WORKER,
)
CALL_SECONDS = Histogram("doorstep_provider_seconds", "Seconds per call to a provider.", ("channel",), registry=WORKER)

#: What the web process tells at /metrics.
WEB = CollectorRegistry()
HOOKS = Counter("doorstep_hooks", "Requests to hooks by provider and status.", ("provider", "status"), registry=WEB)
GUESSES = Counter(
    "doorstep_guesses_refused",
    "Tries to find an order, to have a code sent or to type one that were refused, by what had had too many.",
    ("act", "what"),
    registry=WEB,
)
ASSISTANT_CALLS = Counter("doorstep_assistant_calls", "Calls of outside assistants by tool and outcome.", ("tool", "outcome"), registry=WEB)

#: Figures read from the database when asked, so that any one process can tell them.
INBOX_WAITING = Gauge("doorstep_inbox_waiting", "Inbox rows not carried yet.", registry=WEB)
INBOX_OLDEST = Gauge("doorstep_inbox_oldest_seconds", "How long the oldest unprocessed inbox row has waited.", registry=WEB)
DEAD_NOW = Gauge("doorstep_dead_letters_open", "Dead letters nobody has replayed.", registry=WEB)
OUTBOX_WAITING = Gauge("doorstep_outbox_waiting", "Messages that still have to leave.", registry=WEB)
OUTBOX_OLDEST = Gauge("doorstep_outbox_oldest_seconds", "How long the most overdue message has waited.", registry=WEB)
ASKED_TODAY = Gauge(
    "doorstep_asks_today",
    "Since midnight UTC: numbers asked, numbers answered, calls that failed, scans reconciled.",
    ("what",),
    registry=WEB,
)
ASK_OLDEST = Gauge("doorstep_asks_oldest_seconds", "How long the most overdue number has waited to be asked about.", registry=WEB)

HANDOVERS_NOW = Gauge(
    "doorstep_handovers_open",
    "Conversations handed over to humans: waiting, held, and those whose answer is late.",
    ("what",),
    registry=WEB,
)


async def read_backlog(database: Database, now: datetime) -> None:
    """Bring the figures that the database knows up to date."""
    async with database.system() as tx:
        lag = await inbox.lag(tx, now)
        backlog = await messages.backlog(tx, now)
        asking = await asks.lag(tx, now)
        handed = await handover_lists.backlog(tx, now)
    INBOX_WAITING.set(lag["waiting"])
    INBOX_OLDEST.set(max(0.0, float(lag["oldest_s"] or 0)))
    DEAD_NOW.set(lag["dead"])
    OUTBOX_WAITING.set(backlog["waiting"])
    OUTBOX_OLDEST.set(max(0.0, float(backlog["oldest_s"] or 0)))
    for what in ("asked", "answered", "errors", "reconciled"):
        ASKED_TODAY.labels(what).set(asking[what])
    for what in ("waiting", "held", "late"):
        HANDOVERS_NOW.labels(what).set(handed[what])
    ASK_OLDEST.set(max(0.0, float(asking["oldest_s"] or 0)))


def observe_call(channel: str, outcome: str, seconds: float) -> None:
    """Count a call of the wire."""
    CALLS.labels(channel, outcome).inc()
    CALL_SECONDS.labels(channel).observe(seconds)
