"""Facts → figures; the one list of every figure, each with what it counts, of what, and over which time."""

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """One figure: a count, or a share where `of` is not empty."""

    #: As /metrics or the desk names it.
    name: str
    meaning: str
    #: The numerator.
    counts: str
    #: The denominator; "" for a plain count.
    of: str
    window: str


FIGURES: tuple[Figure, ...] = (
    Figure("doorstep_inbox_rows_total", "How much was carried through the path", "inbox rows carried", "", "since the worker started"),
    Figure(
        "doorstep_events_total",
        "How much was read, known scans included",
        "checkpoints and order facts read",
        "",
        "since the worker started",
    ),
    Figure("doorstep_dead_letters_total", "What could not be read", "inbox rows set aside", "", "since the worker started"),
    Figure("doorstep_batch_seconds", "How long a batch takes", "seconds", "batches", "since the worker started"),
    Figure("doorstep_provider_calls_total", "Calls to providers, by channel and how they ended", "calls", "", "since the worker started"),
    Figure("doorstep_provider_seconds", "How long providers take, by channel", "seconds", "calls", "since the worker started"),
    Figure(
        "doorstep_reply_files_total",
        "Customers' files that lie with a provider",
        "tries to fetch one: kept, later, or why it was given up",
        "",
        "since the worker started",
    ),
    Figure(
        "doorstep_labels_total",
        "Return labels",
        "tries to make one or give one back: made, void, later, or mend where somebody has to act",
        "",
        "since the worker started",
    ),
    Figure(
        "doorstep_handovers_late_total",
        "Whether humans answer customers in time",
        "answers that were later than promised, each counted once",
        "",
        "since the worker started",
    ),
    Figure(
        "doorstep_handovers_open",
        "How much waits for humans",
        "conversations handed over: waiting, held, and those whose answer is late",
        "",
        "now",
    ),
    Figure(
        "doorstep_case_looks_total",
        "Returns and other cases whose time had come",
        "looks: looked, or failed where it is tried again",
        "",
        "since the worker started",
    ),
    Figure(
        "doorstep_model_turns_total",
        "Turns of conversations in which a merchant's language model was to be asked",
        "turns, by how they ended: used and proposed, else Doorstep answered by itself",
        "",
        "since the worker started",
    ),
    Figure(
        "doorstep_handovers_late_total",
        "Whether humans keep the time that was promised",
        "answers of humans to customers that were later than promised",
        "",
        "since the worker started",
    ),
    Figure("doorstep_hooks_total", "Requests to hooks, by provider and outcome", "requests", "", "since the web process started"),
    Figure(
        "doorstep_guesses_refused_total",
        "Whether somebody guesses at orders or codes",
        "refused tries to find an order, to have a code sent, to type one; by what had too many",
        "",
        "since the web process started",
    ),
    Figure(
        "doorstep_assistant_calls_total",
        "What outside assistants ask for",
        "calls of tools: ok, asked, pending, done, or the code of a refusal",
        "",
        "since the web process started",
    ),
    Figure("doorstep_handovers_open", "What waits for humans", "conversations waiting, held, and late", "", "now"),
    Figure("doorstep_inbox_waiting", "The backlog coming in", "inbox rows not carried yet", "", "now"),
    Figure("doorstep_inbox_oldest_seconds", "The lag coming in", "seconds since the oldest unprocessed row arrived", "", "now"),
    Figure("doorstep_dead_letters_open", "What waits for a replay", "dead letters", "", "now"),
    Figure("doorstep_outbox_waiting", "The backlog going out", "messages that still have to leave", "", "now"),
    Figure("doorstep_outbox_oldest_seconds", "The lag going out", "seconds since the most overdue message was due", "", "now"),
    Figure(
        "doorstep_reconciled_total",
        "What asking makes good",
        "scans found by asking whose webhook never came",
        "",
        "since the worker started",
    ),
    Figure(
        "doorstep_asks_today",
        "How much carriers are asked",
        "numbers asked, numbers answered, calls that failed, scans reconciled",
        "",
        "since midnight UTC",
    ),
    Figure("doorstep_asks_oldest_seconds", "The lag of asking", "seconds since the most overdue number was due", "", "now"),
    Figure("shipments by status", "Where the parcels are", "shipments in the status", "", "now, in the desk"),
    Figure("open problems", "What is wrong", "shipments on which the pitfall is open", "", "now, in the desk"),
    Figure(
        "on time",
        "Whether carriers keep their word",
        "shipments delivered by the carrier's first estimate",
        "ended shipments with one",
        "whole weeks, in the desk and the API",
    ),
    Figure(
        "as promised",
        "Whether the checkout's promise is kept",
        "shipments delivered by the last day promised",
        "ended shipments with a promise",
        "whole weeks",
    ),
    Figure(
        "at the first attempt",
        "Whether somebody was in",
        "shipments delivered without a failed attempt",
        "ended shipments that were tried",
        "whole weeks",
    ),
    Figure(
        "days on the way",
        "How long it takes: median, p90",
        "calendar days from the first scan to the delivery",
        "delivered shipments",
        "whole weeks",
    ),
    Figure(
        "silent",
        "Whether carriers scan",
        "shipments with two days or more between two scans",
        "ended shipments with two scans",
        "whole weeks",
    ),
    Figure("problems per thousand", "How much goes wrong", "problems opened, times a thousand", "ended shipments", "whole weeks"),
    Figure("CO2e per parcel", "What the way gives off, estimated", "grams", "ended shipments whose countries are known", "whole weeks"),
    Figure(
        "our window held",
        "Whether our own estimates keep their word, beside the chance they were stated with",
        "shipments that arrived on a day of our first window",
        "ended shipments that we gave one",
        "whole weeks, in the desk and the API",
    ),
    Figure("days in our window", "How much our own estimates say", "days, both ends counted", "our first windows", "whole weeks"),
    Figure(
        "warnings right",
        "Whether what we call late is late",
        "shipments that missed the promise as we had said",
        "ended shipments that we called late before the promised day was over",
        "whole weeks; beside a warning, the last 26",
    ),
    Figure(
        "late ones foretold",
        "Whether what is late was called late",
        "shipments that missed the promise as we had said",
        "ended shipments that missed the promise and that we estimated",
        "whole weeks",
    ),
    Figure(
        "before the carrier",
        "Whether we knew it first",
        "shipments foretold before an estimate of the carrier's lay beyond the promise",
        "shipments foretold",
        "whole weeks",
    ),
    Figure(
        "days of warning", "How early we knew it", "days from our first saying so to the promised day", "shipments foretold", "whole weeks"
    ),
    Figure(
        "went back",
        "What comes back, by product and variant",
        "units asked to go back, less those refused, taken back or expired",
        "units that arrived in the same weeks",
        "whole weeks, in the desk and the API; above 100% where more was asked back than arrived",
    ),
    Figure("why goods come back", "Reasons to return", "units asked to go back for the reason", "units asked to go back", "whole weeks"),
    Figure("exchanges", "How much is kept as a sale", "requests for an exchange", "returns and exchanges that stand", "whole weeks"),
    Figure(
        "from request to label, to refund",
        "How long customers wait: median, p90",
        "hours from asking to the label, to the refund; from the goods' arrival to the refund",
        "requests that came so far",
        "whole weeks",
    ),
    Figure(
        "offers taken",
        "Whether offers keep goods sold",
        "requests in which the offer was taken",
        "requests in which it was shown",
        "whole weeks",
    ),
    Figure(
        "claims by carrier",
        "Who loses and breaks what",
        "claims about the carrier's parcels",
        "the carrier's ended shipments",
        "whole weeks",
    ),
    Figure(
        "contacts",
        "What customers came for",
        "one customer, one conversation, one subject, until an hour has passed since an answer, or a day where nothing was answered",
        "",
        "whole weeks, in the desk and the API",
    ),
    Figure(
        "solved at the first contact",
        "First-contact resolution",
        "first contacts that were answered, with no contact on the same subject in the seven days after",
        "first contacts whose seven days are over",
        "whole weeks",
    ),
    Figure(
        "came back",
        "What was not solved",
        "contacts with another on the same subject in the seven days after",
        "contacts whose seven days are over",
        "whole weeks",
    ),
    Figure(
        "deflected",
        "What the machine keeps from humans",
        "contacts that the machine answered, with no human within seven days",
        "contacts whose seven days are over",
        "whole weeks",
    ),
    Figure(
        "solved without a human",
        "What the machine solves",
        "the same, with no contact on the same subject within seven days",
        "contacts whose seven days are over",
        "whole weeks",
    ),
    Figure("automated", "What runs by itself, by talk", "contacts that the machine answered, no human so far", "contacts", "whole weeks"),
    Figure("why humans took over", "Reasons to hand over", "hand-overs with the reason first", "hand-overs", "whole weeks"),
    Figure("first answer", "How long customers wait: median, p90", "hours to the machine's, to a human's first answer", "", "whole weeks"),
    Figure("content", "How customers rate what they got", "ratings of 4 or 5", "ratings", "whole weeks"),
    Figure("messages by state", "What became of messages", "messages of the channel in the state", "", "the last 7 days, in the desk"),
    Figure("reasons not to send", "Why nothing was sent", "decisions with the reason", "", "the last 7 days, in the desk"),
    Figure("unknown codes", "What no table of ours knows", "new scans with the code", "", "all time, in the desk"),
)
