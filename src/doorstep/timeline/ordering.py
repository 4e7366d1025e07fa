"""Scans in any order, repeated, some taken back → rows in one order that depends on the set alone."""

from collections.abc import Iterable
from operator import itemgetter

import msgspec

from doorstep.domain.tracking import Scan
from doorstep.timeline.roles import DELIVERED, MUTE, RETRACTS, RETURNED, ROLES, UNREAD_ROLE, Role

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
#: A delivery this long before the shop sent the goods belongs to whoever had the number before.
EARLIER_DELIVERY_US = 14 * DAY_US
#: Any scan this long before the shop sent the goods does: labels are printed days ahead, not months.
EARLIER_SCAN_US = 30 * DAY_US

#: When it is placed (microseconds, not always its own instant), natural rank, fingerprint, the scan, its role. The fingerprint is
#: unique, so two rows never compare beyond it.
Row = tuple[int, int, bytes, Scan, Role]


class Ordered(msgspec.Struct, frozen=True):
    """The scans that stand, in order."""

    undated: list[Row]
    dated: list[Row]


def put_in_order(scans: Iterable[Scan], since_us: int | None = None) -> Ordered:
    """Drop repeats, scans taken back and (with `since_us`) an earlier life's scans; order the rest."""
    unique: dict[bytes, Scan] = {}
    for scan in scans:
        known = unique.setdefault(scan.fingerprint, scan)
        if known is not scan and known != scan:
            unique[scan.fingerprint] = max(known, scan, key=_trust)
    dated: list[Row] = []
    undated: list[Row] = []
    days: list[Row] = []
    takes_back = False
    for fingerprint, scan in unique.items():
        role = ROLES.get(scan.event_type, UNREAD_ROLE)
        if scan.retracts is not None or role.bits & RETRACTS:
            takes_back = True
        instant = scan.instant_us
        if instant is None:
            undated.append((0, role.rank, fingerprint, scan, role))
        elif scan.precision:
            dated.append((instant, role.rank, fingerprint, scan, role))
        else:
            days.append((instant, role.rank, fingerprint, scan, role))
    if days:
        dated += [_within_day(row, dated) for row in days]
    dated.sort()
    if undated:
        undated.sort()
    if takes_back:
        undated, dated = _without_retracted(undated, dated)
    if since_us is not None and dated and dated[0][0] < since_us - EARLIER_DELIVERY_US:
        dated = _of_this_life(dated, since_us)
    return Ordered(undated, dated)


def _trust(scan: Scan) -> tuple[bool, bool, int, bool, int, str, str, str, str, str, bool]:
    """Order two readings of one scan: read beats unread, dated undated, finer coarser; the rest only makes the choice certain."""
    role = ROLES.get(scan.event_type, UNREAD_ROLE)
    return (
        role is not UNREAD_ROLE,
        scan.instant_us is not None,
        scan.precision,
        scan.zoned,
        scan.instant_us or 0,
        scan.event_type,
        scan.carrier,
        scan.tracking_number,
        scan.carrier_code,
        "" if scan.retracts is None else f"-{scan.retracts}",
        scan.is_return,
    )


def _within_day(row: Row, timed: list[Row]) -> Row:
    """Place a scan known by its date only: behind the last timed scan of its day that comes naturally before it.

    A date stands for its noon, so its day is the twelve hours to either side. FedEx sends "picked up" with a false midnight and
    "label created" at 10:36 of that day: the pick-up goes behind the label.
    """
    noon, rank, fingerprint, scan, role = row
    morning, midnight = noon - DAY_US // 2, noon + DAY_US // 2
    before = [other[0] for other in timed if morning <= other[0] < midnight and other[1] <= rank]
    return (max(before, default=morning), rank, fingerprint, scan, role)


def _without_retracted(undated: list[Row], dated: list[Row]) -> tuple[list[Row], list[Row]]:
    """Leave out what later scans take back: the last one before with the named code (any code for "") under the same number."""
    standing: list[Row] = []
    gone: set[bytes] = set()
    for row in (*undated, *dated):
        scan = row[3]
        code = scan.retracts if scan.retracts is not None else "" if row[4].bits & RETRACTS else None
        if code is not None:
            target = next((index for index in range(len(standing) - 1, -1, -1) if _takes_back(scan, code, standing[index])), None)
            if target is not None:
                gone.add(standing.pop(target)[2])
        standing.append(row)
    fingerprint = itemgetter(2)
    return [row for row in undated if fingerprint(row) not in gone], [row for row in dated if fingerprint(row) not in gone]


def _takes_back(scan: Scan, code: str, earlier: Row) -> bool:
    other = earlier[3]
    same_number = other.tracking_number == scan.tracking_number and other.carrier == scan.carrier
    if not same_number or other.retracts is not None or earlier[4].bits & RETRACTS:
        return False
    return other.carrier_code == code if code else earlier[4].code != MUTE or other.event_type == "unknown"


def _of_this_life(dated: list[Row], since_us: int) -> list[Row]:
    limit = since_us - EARLIER_DELIVERY_US
    if not any(row[0] < limit and row[4].code in {DELIVERED, RETURNED} for row in dated):
        limit = since_us - EARLIER_SCAN_US
    return [row for row in dated if row[0] >= limit]
