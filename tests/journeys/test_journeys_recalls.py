"""A parcel at a pick-up point: recalled by its real deadline where the carrier told one."""

from datetime import UTC, datetime, timedelta

import pytest

from doorstep.domain.shipments import Folded
from doorstep.domain.vocabulary import Actor, Direction, Phase, Status
from doorstep.journeys import next_reminder_at, reminders_of_shipment

CAME = datetime(2026, 5, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def waiting(collect_by):
    return Folded(
        status=Status.READY_FOR_PICKUP,
        status_since=CAME,
        event_type="ready_for_pickup_locker",
        phase=Phase.POINT,
        direction=Direction.OUTBOUND,
        must_act=Actor.CUSTOMER,
        estimate=None,
        open_pitfalls=(),
        legs=(),
        first_scan_at=CAME,
        last_scan_at=CAME,
        delivered_at=None,
        attempts=0,
        counted=(),
        decided_by=b"",
        collect_by=collect_by,
    )


def told(collect_by):
    """Every occurrence with its moment, asking again whenever the shipment says so."""
    found, now = [], CAME
    while (now := next_reminder_at(waiting(collect_by), now, UTC)) is not None:
        found += [(one.change.occurrence, now - CAME) for one in reminders_of_shipment(waiting(collect_by), 1, None, now, UTC)]
    return found


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        (None, [("day-3", 3 * DAY), ("day-6", 6 * DAY)]),
        (7 * DAY, [("day-3", 3 * DAY), ("until-2026-05-08", 6 * DAY)]),
        (4 * DAY, [("until-2026-05-05", 3 * DAY)]),
        (2 * DAY, [("until-2026-05-03", DAY)]),
        (30 * HOUR, []),
        (-DAY, []),
    ],
)
def test_the_last_call_comes_a_day_before_the_deadline_and_never_right_after_the_arrival(stays, expected):
    assert told(None if stays is None else CAME + stays) == expected


def test_nobody_is_reminded_once_the_deadline_has_passed():
    assert reminders_of_shipment(waiting(CAME + 2 * DAY), 1, None, CAME + 2 * DAY, UTC) == ()
