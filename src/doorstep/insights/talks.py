"""Counts of a span's contacts, hand-overs and ratings → how talks went: solved, come back, without a human, why with one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from doorstep.insights.performance import Share, share_of
from doorstep.insights.returned import Span

#: A customer who does not come back on a subject for so long got what they wanted.
WITHIN = timedelta(days=7)
#: A contact ends so long after an answer, or after anything that was not answered.
_AFTER_ANSWER, _UNANSWERED = timedelta(hours=1), timedelta(days=1)
#: An intent that no talk answered tells the subject from this probability on.
SURE = 0.5

#: First part of an intent → subject, where it is not the subject itself.
_SUBJECT_OF_GROUP = {"track": "parcel", "exchange": "return", "refund": "return", "warranty": "claim", "invoice": "payment", "talk": ""}
#: Talks that begin without an intent, or are about what was spoken of before.
_SUBJECT_OF_TALK = {"not_home": "delivery", "cash_not_ready": "delivery", "thanks": "", "hello": ""}
#: Tells a hand-over and nothing of what it is about.
_UNTOLD = "human"

#: Each figure → what it counts, in the words that stand beside it.
DEFINITIONS: dict[str, str] = {
    "contacts": "One customer, one conversation, one subject, until an hour has passed since an answer, or a day where nothing was answered. "
    "Greetings and thanks are none; what is written while a human has the conversation belongs to the contact that led there.",
    "subjects": "The group of what was wanted (parcel, delivery, order, return, claim, …) with the order it is about; where no order is "
    "known, with the customer.",
    "open": f"Contacts that ended less than {WITHIN.days} days ago: whether the customer comes back is not known yet, so they count in no share.",
    "solved_at_first": f"First-contact resolution: answered, by the machine or by a human, and no contact on the same subject in the "
    f"{WITHIN.days} days after. Of first contacts whose {WITHIN.days} days are over; one with a contact on the same subject in the "
    f"{WITHIN.days} days before is no first one.",
    "repeated": f"Contacts after which the customer came back on the same subject within {WITHIN.days} days, on whichever channel. Of those "
    f"whose {WITHIN.days} days are over.",
    "deflected": f"Answered by the machine, and no human took over within {WITHIN.days} days. Of those whose {WITHIN.days} days are over.",
    "solved_alone": f"Answered by the machine, no human took over, and no contact on the same subject within {WITHIN.days} days. Of those "
    f"whose {WITHIN.days} days are over.",
    "automated": "Answered by the machine while no human took over, so far. Of all contacts, open ones too.",
    "handed": "Conversations handed over, by the reason that came first; a reason that came while a human was asked already is in brackets.",
    "first_answer": "Time to the first answer: the machine's from the first message of the contact, a human's from the hand-over.",
    "csat": "Customers who gave 4 or 5 of 5. Of those who answered; only who was helped by a human is asked.",
}


class TalkRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often one talk answered about one subject."""

    #: Slug of the talk that the contact began with; "" none answered.
    talk: str
    #: "" nothing known.
    subject: str
    contacts: int
    #: Answered by the machine, no human took over.
    machine: int
    #: A human took over.
    human: int
    #: Of those whose seven days are over: all, come back, first ones, first ones solved, solved and deflected without a human.
    decided: int
    again: int
    first: int
    solved_at_first: int
    solved_alone: int
    deflected: int


class ReasonRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often humans took over for one reason."""

    #: `HandoverReason`.
    reason: str
    #: It was the first.
    first: int
    #: Whenever it was given.
    times: int


class RatingRow(msgspec.Struct, frozen=True, kw_only=True):
    """How customers rated what they got."""

    #: The talk that handed over; "" none.
    talk: str
    #: "human", "machine": who answered.
    who: str
    asked: int
    rated: int
    content: int
    #: Sum of all scores.
    points: int


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted."""

    talks: Sequence[TalkRow] = ()
    reasons: Sequence[ReasonRow] = ()
    ratings: Sequence[RatingRow] = ()
    #: Hand-overs, and how many of them a human answered.
    handed: tuple[int, int] = (0, 0)
    #: "machine", "human" → (median, p90 in seconds, of how many).
    times: Mapping[str, tuple[float | None, float | None, int]] = {}


class Went(msgspec.Struct, frozen=True, kw_only=True):
    """How contacts went; the words of every figure are in `definitions`."""

    contacts: int
    #: Their seven days are not over.
    open: int
    solved_at_first: Share
    repeated: Share
    deflected: Share
    solved_alone: Share
    automated: Share


class WentBy(msgspec.Struct, frozen=True, kw_only=True):
    """How contacts about one subject, or with one talk, went."""

    key: str
    went: Went


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """Why humans took over."""

    reason: str
    #: Of all hand-overs, those with this reason first.
    share: Share
    #: It was added while a human was asked already.
    also: int


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """How content customers were."""

    #: A talk, or "human", "machine".
    key: str
    asked: int
    content: Share
    #: 1 to 5; None: nobody rated.
    mean: float | None


class AnswerTimes(msgspec.Struct, frozen=True, kw_only=True):
    """How long customers wait for the first answer."""

    machine: Span
    human: Span


class TalkInsight(msgspec.Struct, frozen=True, kw_only=True):
    """How talks went, in whole weeks."""

    #: Monday on which the span begins, Sunday on which it ends.
    from_on: date
    to_on: date
    whole: Went
    #: The most contacts first.
    subjects: list[WentBy]
    talks: list[WentBy]
    handed: int
    handed_answered: int
    reasons: list[Handed]
    first_answer: AnswerTimes
    csat_by_who: list[Rated]
    csat_by_talk: list[Rated]
    definitions: dict[str, str]


def subject_of_intent(intent: str) -> str:
    """What an intent is about: a subject, or "" small talk."""
    group = intent.partition(".")[0]
    return _SUBJECT_OF_GROUP.get(group, group)


def subject_of(talk: str, intents: Sequence[str], intent: str, confidence: float) -> str | None:
    """What a message is about: by the talk that answered (with the intents it answers), else by what was understood; "" small talk; None: it tells nothing."""
    if talk in _SUBJECT_OF_TALK:
        return _SUBJECT_OF_TALK[talk]
    if not talk and confidence < SURE:
        return None
    subject = subject_of_intent((intents or ("",))[0] if talk else intent)
    return None if subject in {_UNTOLD, ""} and talk else subject


def is_over(ended_at: datetime, *, answered: bool, at: datetime) -> bool:
    """Whether a contact had come to its end when the customer wrote at a later moment."""
    return at - ended_at > (_AFTER_ANSWER if answered else _UNANSWERED)


def insight_of(counts: Counts, first: date, last: date) -> TalkInsight:
    """Make figures of counts; `first` and `last` are Mondays."""
    handed, answered = counts.handed
    return TalkInsight(
        from_on=first,
        to_on=last + timedelta(days=6),
        whole=_went(counts.talks),
        subjects=_by([(row.subject, row) for row in counts.talks]),
        talks=_by([(row.talk, row) for row in counts.talks]),
        handed=handed,
        handed_answered=answered,
        reasons=[
            Handed(reason=row.reason, share=share_of(row.first, handed), also=row.times - row.first)
            for row in sorted(counts.reasons, key=lambda one: (-one.times, one.reason))
        ],
        first_answer=AnswerTimes(machine=_span(counts, "machine"), human=_span(counts, "human")),
        csat_by_who=_rated([(row.who, row) for row in counts.ratings]),
        csat_by_talk=_rated([(row.talk, row) for row in counts.ratings]),
        definitions=DEFINITIONS,
    )


def _went(rows: Sequence[TalkRow]) -> Went:
    decided = sum(row.decided for row in rows)
    contacts = sum(row.contacts for row in rows)
    return Went(
        contacts=contacts,
        open=contacts - decided,
        solved_at_first=share_of(sum(row.solved_at_first for row in rows), sum(row.first for row in rows)),
        repeated=share_of(sum(row.again for row in rows), decided),
        deflected=share_of(sum(row.deflected for row in rows), decided),
        solved_alone=share_of(sum(row.solved_alone for row in rows), decided),
        automated=share_of(sum(row.machine for row in rows), contacts),
    )


def _by(keyed: Sequence[tuple[str, TalkRow]]) -> list[WentBy]:
    groups: dict[str, list[TalkRow]] = {}
    for key, row in keyed:
        groups.setdefault(key, []).append(row)
    went = [WentBy(key=key, went=_went(rows)) for key, rows in groups.items()]
    return sorted(went, key=lambda one: (-one.went.contacts, one.key))


def _rated(keyed: Sequence[tuple[str, RatingRow]]) -> list[Rated]:
    groups: dict[str, list[RatingRow]] = {}
    for key, row in keyed:
        groups.setdefault(key, []).append(row)
    found = []
    for key, rows in sorted(groups.items(), key=lambda one: (-sum(row.rated for row in one[1]), one[0])):
        rated = sum(row.rated for row in rows)
        mean = round(sum(row.points for row in rows) / rated, 2) if rated else None
        content = share_of(sum(row.content for row in rows), rated)
        found.append(Rated(key=key, asked=sum(row.asked for row in rows), content=content, mean=mean))
    return found


def _span(counts: Counts, name: str) -> Span:
    median, p90, of = counts.times.get(name, (None, None, 0))
    hours = [None if seconds is None else round(seconds / 3600, 4) for seconds in (median, p90)]
    return Span(median_hours=hours[0], p90_hours=hours[1], of=of)
