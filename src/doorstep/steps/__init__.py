"""The path, as code: what arrives is kept, understood and folded; what leaves is decided, written down, then sent."""

#: In order; each is a module of this room. Those from `normalise` to `compose` run in one transaction per batch.
PATH = (
    "intake",  # what a provider asks of us, or leaves with itself, before its webhook is kept
    "receive",  # bytes, signature checked → a row in inbox, then 2xx
    "ask",  # numbers that are due → carriers' answers, rows in inbox as well
    "mailboxes",  # unread mails of e-mail connections → rows in inbox, then marked seen
    "normalise",  # inbox rows → orders' facts, trackings, receipts, replies
    "order",  # orders' facts → orders and their shipments, and what is new in them
    "advance",  # checkpoints in any order → shipments, and what is new in them
    "reread",  # a code mapped or taken back → its history, read anew and folded
    "watch",  # shipments whose next look is due → what time alone makes new
    "case_watch",  # cases whose next look is due → what their parcels say, reminders, expiry, money, what is told to the desk
    "handover_watch",  # conversations put off until now → back; answers of humans that are late → told of
    "following_up",  # what talks promised → one short message, where it happened or did not and nobody has told it since
    "labels",  # approved returns → labels bought, or made void
    "decide",  # what is new + journeys + now → due actions, or the counted reason why not
    "compose",  # due action → gates → channel → rendered message in the outbox
    "errands",  # what others have to do for a case → the outbox; what became of it → the case moves
    "helpdesk_links",  # handovers whose agents work in a helpdesk → one deed after the other there; `helpdesk_hearing` takes what it says
    "send",  # outbox → provider calls → receipt; with `intake`, `ask`, `mailboxes`, `labels`, `fetch` and `templates` the only step that talks out
    "confirm",  # receipts → message state, suppression
    "fall_back",  # what failed, or was not heard of in time → the same told on the next channel
    "answer",  # replies → whose, about what; stop, start, help obeyed, choices noted
    "fetch",  # files of replies that lie with a provider → kept
    "templates",  # what providers say of approved templates → by which of them messages may go
    "learning",  # a week's turns that went badly → groups, each with a proposed change; what was accepted → measured the week after
    "tally",  # ended shipments → what they count for, and the sums of delivery performance
    "sum_up",  # rows → figures for /metrics
)
