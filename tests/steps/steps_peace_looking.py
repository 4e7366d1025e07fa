"""What the store says was decided → whether the rules would have decided so: told, told within another, waiting until then, or skipped."""

import itertools
from datetime import datetime, timedelta
from typing import Any

from steps_peace import (
    DAY,
    MARKETING,
    SERVICE,
    WEEK,
    Departure,
    Journey,
    Known,
    Person,
    Rules,
    closed,
    minutes_from,
    rings,
    topic_is_off,
)
from steps_shop import Shop

from doorstep.domain.vocabulary import ChannelKind

_DECIDED = """
select d.why_key, d.trigger, d.subject_id, d.occurrence, d.order_id, d.outcome, d.detail, d.message_id, d.decided_at, a.due_at
from decision d left join action_due a using (merchant_id, why_key)
"""
_WRITTEN = """
select m.message_id, m.why_key, m.order_id, m.trigger, m.channel, m.recipient, m.purpose, m.state, m.created_at, m.provider_code, m.provider_text,
    o.due_at, o.lease_until, f.message_id is not null as stands, f.due_at as tried_at
from message m left join outbox o using (merchant_id, message_id) left join fallback f using (merchant_id, message_id)
order by m.created_at, m.message_id
"""
#: Told only while the parcel stands as it did.
_BY_STATUS = {"shipment.delayed", "shipment.pickup_deadline"}
_FAILED = {"cancelled", "refused", "bounced"}
#: After so long in which nothing is heard of a text, the next channel is tried.
SILENCE = timedelta(hours=2)


class Looking:
    """The part of a world that looks at the store after each step."""

    shop: Shop
    rules: Rules
    now: datetime
    people: list[Person]
    known: Known
    #: What may have been known: more than one where something came while a step was at work.
    views: list[Known]
    #: What was known when a worker began: a call of its own may have told it more since.
    begun: list[Known]
    sold: list[Any]
    left: list[Departure]
    paused: set[ChannelKind]
    decided: dict[bytes, dict[str, Any]]
    written: dict[Any, dict[str, Any]]
    #: Messages behind which another channel stood, and those of which that came to nothing.
    stood: set[Any]
    let_go: set[Any]
    #: Messages that waited to leave when the last step began.
    waited: set[Any]

    async def look(self) -> None:
        """Look at all that is new since the last look."""
        before, written_before = self.decided, self.written
        self.decided = {row["why_key"]: row for row in await self.shop.rows(_DECIDED)}
        self.written = {row["message_id"]: row for row in await self.shop.rows(_WRITTEN)}
        self.waited = {
            message_id
            for message_id in self.written
            if message_id not in written_before or written_before[message_id]["state"] in {"queued", "sending"}
        }
        for key, row in self.decided.items():
            if row != before.get(key):
                self._look_at(row, before.get(key))
        for message_id, row in self.written.items():
            if row != (was := written_before.get(message_id)):
                self._look_at_message(row, was)
        self._nothing_is_lost()

    def _person_of(self, order_id: int) -> Person:
        return next(one.person for one in self.sold if one.order_id == order_id)

    def _look_at(self, row: dict[str, Any], was: dict[str, Any] | None) -> None:
        """One decision that is new or another than before."""
        if row["order_id"] is None or all(one.order_id != row["order_id"] for one in self.sold):
            return
        person, journey = self._person_of(row["order_id"]), self.rules.journeys.get(row["trigger"])
        outcome = row["outcome"]
        if outcome in {"queued", "digested"}:
            assert row["message_id"] in self.written, f"{row['trigger']} is {outcome} in no message"
            return
        if outcome == "waiting":
            assert journey is not None
            assert row["due_at"] is not None, f"{row['trigger']} waits for nothing"
            self._waits_rightly(row, was, person, journey)
            return
        assert row["message_id"] is None
        assert self._agrees(outcome, row, person, journey), f"{row['trigger']} is {outcome}: {row['detail']}"

    def _waits_rightly(self, row: dict[str, Any], was: dict[str, Any] | None, person: Person, journey: Journey) -> None:
        first = was is None or was["outcome"] != "waiting"
        if first and row["due_at"] - self.now in {journey.delay + journey.digest, journey.delay, journey.digest} - {timedelta()}:
            return
        if not first and was and was["due_at"] == row["due_at"]:
            return
        assert any(self._rings_first(view, person, journey, row["due_at"]) for view in (*self.views, *self.begun)), (
            f"{row['trigger']} waits until {row['due_at']}"
        )

    def _rings_first(self, view: Known, person: Person, journey: Journey, until: datetime) -> bool:
        """Whether an open channel may ring then, and at no minute before."""
        for channel in journey.channels:
            if self._closed(view, person, channel, journey) is not None or not rings(self.rules, person, channel, journey, until):
                continue
            for at in minutes_from(self.now):
                if at >= until:
                    return True
                if rings(self.rules, person, channel, journey, at):
                    break
        return False

    def _closed(self, view: Known, person: Person, channel: ChannelKind, journey: Journey) -> str | None:
        return "no_channel" if channel in self.paused else closed(view, self.rules, person, channel, journey.purpose)

    def _agrees(self, outcome: str, row: dict[str, Any], person: Person, journey: Journey | None) -> bool:
        """Whether the rules give the same reason for telling nothing."""
        if outcome == "no_journey":
            return journey is None or row["occurrence"] == "part" or row["trigger"] in _BY_STATUS
        if outcome == "superseded":
            return True  # which moment outshines which is not a matter of these rules
        assert journey is not None
        if outcome == "order_cancelled":
            return row["order_id"] in self.known.cancelled and not row["trigger"].startswith("order.cancel")
        if outcome == "too_old":
            return self.now - min(one.at for one in self.sold) + timedelta(minutes=90) > journey.max_age
        if outcome == "opted_out":
            return any(topic_is_off(view, person, journey.topic) for view in (*self.views, *self.begun))
        if outcome == "capped":
            return self._is_capped(person, journey)
        return any(self._furthest(view, person, journey) == outcome for view in (*self.views, *self.begun))

    def _furthest(self, view: Known, person: Person, journey: Journey) -> str | None:
        """The reason of the channel that came furthest; None: one is open."""
        order = ["no_channel", "no_address", "suppressed", "no_consent"]
        reasons = [self._closed(view, person, channel, journey) for channel in journey.channels]
        if None in reasons:
            return None
        return max((str(reason) for reason in reasons), key=order.index, default="no_channel")

    def _is_capped(self, person: Person, journey: Journey) -> bool:
        """Whether as much marketing as allowed left within a day or a week, or waits to."""
        if journey.purpose is SERVICE:
            return False
        mine = {str(row["message_id"]): row for row in self.written.values() if row["recipient"] in {person.email, person.phone}}
        waiting = {name for name, row in mine.items() if row["purpose"] == MARKETING and row["message_id"] in self.waited}
        for span, most in ((DAY, self.rules.per_day), (WEEK, self.rules.per_week)):
            had = {one.message_id for one in self.left if one.message_id in mine and not one.failed and self.now - span < one.at}
            if len(waiting | {name for name in had if mine[name]["purpose"] == MARKETING}) >= most:
                return True
        return False

    def _look_at_message(self, row: dict[str, Any], was: dict[str, Any] | None) -> None:
        """One message that is new or stands otherwise than before."""
        journey = self.rules.journeys.get(row["trigger"])
        if journey is None:  # an answer to a keyword
            return
        person = next(one for one in self.people if row["recipient"] in {one.email, one.phone})
        gone = next((one for one in self.left if one.message_id == str(row["message_id"])), None)
        if row["state"] in {"queued", "sending"}:
            assert row["due_at"] is not None, "it waits in no line"
            if row["provider_text"].startswith("quiet hours") and (was is None or was["due_at"] != row["due_at"]):
                assert row["due_at"] > self.now
                channel = ChannelKind(row["channel"])
                first = next(at for at in minutes_from(self.now) if rings(self.rules, person, channel, journey, at))
                assert row["due_at"] == first, f"put off until {row['due_at']}, may ring at {first}"
        elif row["state"] == "cancelled" and (was is None or was["state"] != "cancelled"):
            assert gone is None, "called off after it left"
            assert row["provider_text"]
            self._taken_back_rightly(row, person, journey)
        elif row["state"] in {"sent", "unknown"}:
            assert gone is not None, f"{row['trigger']} is {row['state']} and never left"

    def _taken_back_rightly(self, row: dict[str, Any], person: Person, journey: Journey) -> None:
        why, waited = row["provider_code"], self.now - row["created_at"]
        if not why:
            two_days = row["provider_text"] == "could not leave for two days"
            assert two_days or row["provider_text"] == "another channel was tried instead", row["provider_text"]
            assert not two_days or waited > timedelta(days=2)
        elif why in {"superseded", "too_old", "no_journey"}:
            assert waited > timedelta(minutes=10) or "until it is two days old" in row["provider_text"]
        elif why == "order_cancelled":
            assert row["order_id"] in self.known.cancelled
        elif why == "opted_out":
            assert any(topic_is_off(view, person, journey.topic) for view in (*self.views, *self.begun))
        else:
            channel = ChannelKind(row["channel"])
            assert any(closed(view, self.rules, person, channel, journey.purpose) == why for view in (*self.views, *self.begun)), (
                f"{row['channel']} is not {why}"
            )

    def _nothing_is_lost(self) -> None:
        """Of each moment that was told by what then failed, another channel is tried where the rules leave one."""
        told: dict[bytes, list[dict[str, Any]]] = {}
        for row in self.written.values():
            if row["trigger"] in self.rules.journeys:
                told.setdefault(row["why_key"], []).append(row)
                if row["stands"]:
                    self.stood.add(row["message_id"])
        for rows in told.values():
            self._told_once(rows)
            last = rows[-1]
            if last["message_id"] in self.stood and last["message_id"] not in self.let_go and not self._lives(rows):
                self.let_go.add(last["message_id"])
                self._let_go_rightly(rows)

    def _lives(self, rows: list[dict[str, Any]]) -> bool:
        """Whether one of the messages that tell a moment may arrive yet, or something stands behind it."""
        ids = {str(row["message_id"]) for row in rows}
        return (
            any(row["state"] not in _FAILED for row in rows)
            or any(row["stands"] for row in rows)
            or any(one.arrived and one.message_id in ids for one in self.left)
        )

    def _told_once(self, rows: list[dict[str, Any]]) -> None:
        """A second message about one thing leaves only after the first failed, or was a text of which nothing was heard in time."""
        ids = {str(row["message_id"]) for row in rows}
        gone = [one for one in self.left if one.message_id in ids and not one.failed]
        for one, other in itertools.pairwise(gone):
            assert one.channel is ChannelKind.SMS, f"{rows[0]['trigger']} was told twice"
            assert other.at - one.at >= SILENCE or one.at - rows[0]["created_at"] > timedelta(), (
                f"{rows[0]['trigger']} was told again too soon"
            )

    def _let_go_rightly(self, rows: list[dict[str, Any]]) -> None:
        last, tried = rows[-1], {ChannelKind(row["channel"]) for row in rows}
        if any(row["order_id"] is None for row in rows):
            return  # of several orders, each of which may have moved on
        sold = next(one for one in self.sold if one.order_id == last["order_id"])
        journey = self.rules.journeys[last["trigger"]]
        moved_on = sold.heard_at > rows[0]["created_at"] or sold.order_id in self.known.cancelled
        if moved_on or self.now - sold.at > min(journey.max_age - timedelta(minutes=90), timedelta(days=2)):
            return
        for channel in set(journey.channels) - tried:
            reasons = [
                self._closed(view, sold.person, channel, journey)
                or topic_is_off(view, sold.person, journey.topic)
                or self._is_capped(sold.person, journey)
                for view in (*self.views, *self.begun)
            ]
            assert any(reasons), f"{last['trigger']} failed by {sorted(tried)}, and nobody tried {channel}"
