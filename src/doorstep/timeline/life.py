"""Scans in order, one after the other → the state of one life of a tracking number."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from doorstep.domain.tracking import Scan
from doorstep.timeline.ordering import DAY_US, HOUR_US, Row
from doorstep.timeline.pitfalls import ON_THE_WAY_BACK, REPEATED_BIT, RETURNING_BIT, SURVIVING
from doorstep.timeline.roles import (
    AFTERMATH,
    CANCELLED,
    CARD,
    DELIVERED,
    EXCEPTION,
    FAILED,
    INFO,
    MUTE,
    PART,
    PENDING,
    PHYSICAL,
    PRE,
    READY,
    REPEATED,
    RETURNED,
    RETURNING,
    ROLES,
    SOFT,
    TAKEN,
    TOUR,
    TRANSIT,
    TRAVEL,
    Role,
)

#: After an end and this much silence, any scan of a journey is another parcel's. Couriers reuse numbers after months
#: (USPS keeps six, Publication 97, read 2026-11-22), and late scans come within days.
SILENCE_US = 90 * DAY_US
#: Without an end (the final scan never came), only an announcement or a pick-up after this much silence is.
LONG_SILENCE_US = 180 * DAY_US
#: After a delivery or return, a new announcement this much later is a new label on an old number.
REUSE_US = 14 * DAY_US
#: A pick-up this much after the delivery begins the way back (Hanjin and CJ reuse the waybill for it). Sooner, it is a late scan
#: or another zone's clock: zones differ by up to 26 hours, but the parcel took most of that to get there.
TURN_US = 12 * HOUR_US
#: Two failed attempts closer than this are one, told twice, where the local day is not known.
ATTEMPT_US = 12 * HOUR_US
#: A delivery tour this much after the last one is another tour.
TOUR_US = 12 * HOUR_US

#: Which status may follow which on the way out, by the newest scan. Missing: the scan changes nothing.
_FORWARD = {
    PENDING: {INFO, CANCELLED, TRANSIT, TOUR, READY, FAILED, EXCEPTION, DELIVERED},
    INFO: {INFO, CANCELLED, TRANSIT, TOUR, READY, FAILED, EXCEPTION, DELIVERED},
    CANCELLED: {INFO, CANCELLED, TRANSIT, TOUR, READY, FAILED, DELIVERED},
    TRANSIT: {TRANSIT, TOUR, READY, FAILED, EXCEPTION, DELIVERED},
    TOUR: {TRANSIT, TOUR, READY, FAILED, EXCEPTION, DELIVERED},
    READY: {TRANSIT, TOUR, READY, FAILED, EXCEPTION, DELIVERED},
    FAILED: {TRANSIT, TOUR, READY, FAILED, EXCEPTION, DELIVERED},
    EXCEPTION: {INFO, CANCELLED, TRANSIT, TOUR, READY, FAILED, EXCEPTION, DELIVERED},
}
_MAY_FOLLOW = tuple(tuple(code in _FORWARD.get(status, ()) for code in range(MUTE + 1)) for status in range(MUTE + 1))
#: How far along a status is: a carrier that has handed over may only push this up.
_PROGRESS = {PENDING: 0, INFO: 1, CANCELLED: 0, TRANSIT: 2, EXCEPTION: 2, FAILED: 3, TOUR: 3, READY: 4, DELIVERED: 5}
#: What a status means on the way back.
_BACK = {TRANSIT: RETURNING, TOUR: RETURNING, READY: RETURNING, FAILED: RETURNING, DELIVERED: RETURNED}


class Life:
    """One journey under a tracking number, as far as the scans taken so far tell. Times are microseconds UTC."""

    #: Code of `roles.STATUSES`.
    status: int = PENDING
    #: The scan that made the status.
    decided: Scan | None = None
    #: On the way back to the sender; never turns again within this life.
    back: bool = False
    #: When it turned.
    turned_us: int | None = None
    #: A carrier has had it.
    moved: bool = False
    #: First physical scan.
    first_us: int | None = None
    delivered_us: int | None = None
    attempts: int = 0
    #: The scan of the last failed attempt.
    attempt: Scan | None = None
    #: The leg it is on, and those it has left.
    carrier: str = ""
    number: str = ""
    left: frozenset[tuple[str, str]] = frozenset()
    #: More than one leg was seen.
    mixed: bool = False
    #: Mask over `pitfalls.PITFALLS`, and the scans that opened them, by position.
    open_mask: int = 0
    open: Mapping[int, Scan] = MappingProxyType({})

    def __init__(self) -> None:
        #: The scans of this life, oldest first.
        self.counted: list[Scan] = []

    def take(self, scan: Scan, role: Role) -> None:
        """Let one scan change the state. Scans come in order."""
        _, code, bits, opens, closes = role
        counted = self.counted
        elsewhere = scan.tracking_number != self.number or scan.carrier != self.carrier
        if elsewhere:
            if counted:
                self.mixed = True
            if not counted or (self.decided is None and code != MUTE):
                # Nobody has said where it is yet: a leg that has only said nothing was not left.
                self.carrier, self.number, elsewhere = scan.carrier, scan.tracking_number, False
        counted.append(scan)
        if bits & PHYSICAL and self.first_us is None:
            self.first_us = scan.instant_us
        if code == MUTE:
            heard = self.status < DELIVERED or self.back
        elif code == TRANSIT == self.status and not elsewhere and not scan.is_return:
            heard = True
        else:
            heard = self._advance(scan, code, bits, elsewhere=elsewhere)
        if closes & self.open_mask:
            self._close(closes)
        if opens:
            self._open(scan, opens if heard else opens & SURVIVING)

    def is_over(self, scan: Scan, role: Role, silence_us: int) -> bool:
        """Whether a scan after this much silence (microseconds, at least `REUSE_US`) belongs to another parcel."""
        _, code, bits, _, _ = role
        announced = bits & (PRE | TAKEN) != 0 and not scan.is_return
        if self.status in (DELIVERED, RETURNED):
            relabelled = announced and (code == INFO or self.status == RETURNED)
            return relabelled or (silence_us >= SILENCE_US and bits & TRAVEL != 0 and not scan.is_return)
        return silence_us >= (SILENCE_US if self.status == CANCELLED else LONG_SILENCE_US) and announced

    def _advance(self, scan: Scan, code: int, bits: int, *, elsewhere: bool) -> bool:
        """Apply a scan's status; False where the scan came too late to be heard."""
        if self.back:
            return self._travel_back(scan, code)
        if code >= RETURNING or (scan.is_return and self._turns(code)):
            self._turn(scan)
            return self._travel_back(scan, code)
        status = self.status
        if status == DELIVERED:
            return self._after_delivery(scan, code, bits)
        if elsewhere and not self._changes_leg(scan, code):
            return False
        if not _MAY_FOLLOW[status][code] or (code <= CANCELLED and self.moved) or self._lags(code, bits):
            return False
        if bits & PHYSICAL or code > EXCEPTION or TOUR <= code <= FAILED:
            self.moved = True
        if code == FAILED:
            self._attempt(scan, bits)
        elif code == DELIVERED:
            self._deliver(scan)
        elif code == CANCELLED:
            self._close(~SURVIVING)
        self._set(code, scan)
        return True

    def _lags(self, code: int, bits: int) -> bool:
        """Whether a scan is older news than what is known: a pick-up after a tour, a delay or the courier's card at the pick-up point."""
        if code != TRANSIT or not TOUR <= self.status <= FAILED:
            return bits & CARD != 0 and self.status == READY
        return bool(bits & TAKEN or (self.status != TOUR and not bits & PHYSICAL) or (self.status == FAILED and bits & AFTERMATH))

    def _set(self, code: int, scan: Scan) -> None:
        decided = self.decided
        if code == self.status and decided is not None:
            if code == EXCEPTION:
                stays = decided.event_type == scan.event_type
            elif code == FAILED:
                stays = self.attempt is not scan
            elif code == TOUR:
                stays = (scan.instant_us or 0) - (decided.instant_us or 0) < TOUR_US
            else:
                stays = True
            if stays:
                return
        self.status = code
        self.decided = scan

    def _changes_leg(self, scan: Scan, code: int) -> bool:
        """Follow a hand-over; False where the scan is an earlier carrier's and would only pull the status back."""
        leg = (scan.carrier, scan.tracking_number)
        if leg in self.left:
            return code not in (EXCEPTION, FAILED) and _PROGRESS[code] > _PROGRESS[self.status]
        if code > CANCELLED:
            self.left |= {(self.carrier, self.number)}
            self.carrier, self.number = leg
        return True

    def _attempt(self, scan: Scan, bits: int) -> None:
        if self.attempt is None or not _same_attempt(self.attempt, scan):
            self.attempt = scan
            self.attempts += 1
        if bits & REPEATED and self.attempts == 1:
            self.attempts = 2
        if self.attempts > 1:
            self._open(scan, REPEATED_BIT)

    def _deliver(self, scan: Scan) -> None:
        self.delivered_us = scan.instant_us
        if self.open_mask:
            self._close(~SURVIVING)

    def _after_delivery(self, scan: Scan, code: int, bits: int) -> bool:
        """Hear, after a delivery, only what cannot be a late scan: the way back, the next carrier, that it was of a part, a soft one's end."""
        delivered = self.decided
        if delivered is None:
            return False
        if bits & TAKEN and _surely_after(delivered, scan):
            if scan.tracking_number == self.number:
                self._turn(scan)
                self._set(RETURNING, scan)
                return True
            if (scan.carrier, scan.tracking_number) not in self.left:
                self._changes_leg(scan, TRANSIT)
                self.delivered_us = None
                self._set(TRANSIT, scan)
                return True
        if bits & PART:
            if not _takes_some_back(delivered, scan):
                return False
            self.delivered_us = None
            self._set(TRANSIT, scan)
            return True
        softly = ROLES[delivered.event_type].bits & SOFT
        if softly and code == READY:
            self.delivered_us = None
            self._set(READY, scan)
            return True
        if softly and code == DELIVERED and not bits & SOFT:
            self.decided = scan
            self._deliver(scan)
            return True
        return code == DELIVERED

    def _turns(self, code: int) -> bool:
        """Whether a scan marked as the return's turns the journey: an announcement turns only one that has not begun."""
        return code > CANCELLED or self.status <= INFO

    def _turn(self, scan: Scan) -> None:
        self._close(~SURVIVING)
        if self.status != DELIVERED and (self.moved or not scan.is_return):
            self._open(scan, RETURNING_BIT)
        self.back = True
        self.turned_us = scan.instant_us

    def _travel_back(self, scan: Scan, code: int) -> bool:
        if self.status == RETURNED:
            return code == DELIVERED
        if code <= CANCELLED and (self.moved or self.status > CANCELLED):
            return False
        code = _BACK.get(code, code)
        if code > CANCELLED:
            self.moved = True
        if code == RETURNED:
            self._close(~SURVIVING)
        self._set(code, scan)
        return True

    def _open(self, scan: Scan, kinds: int) -> None:
        kinds &= ~self.open_mask
        if self.back:
            kinds &= ON_THE_WAY_BACK
        if not kinds:
            return
        self.open_mask |= kinds
        opened = dict(self.open)
        while kinds:
            lowest = kinds & -kinds
            opened[lowest.bit_length() - 1] = scan
            kinds ^= lowest
        self.open = opened

    def _close(self, kinds: int) -> None:
        if self.open_mask & kinds:
            self.open_mask &= ~kinds
            self.open = {position: scan for position, scan in self.open.items() if self.open_mask >> position & 1}


def live(rows: Iterable[Row]) -> Life:
    """Take rows in order; return the newest life of the number."""
    life = Life()
    last: int | None = None
    for _, _, _, scan, role in rows:
        instant = scan.instant_us
        if instant is not None and role[1] != MUTE:
            if last is not None and instant - last >= REUSE_US and life.is_over(scan, role, instant - last):
                life = Life()
            last = instant
        life.take(scan, role)
    return life


def _surely_after(earlier: Scan, later: Scan) -> bool:
    if earlier.instant_us is None or later.instant_us is None:
        return False
    return later.instant_us - earlier.instant_us >= TURN_US


def _takes_some_back(delivered: Scan, scan: Scan) -> bool:
    """Whether "delivered in part" is the later word under the same number, by clocks of one kind: then it was no delivery of the whole."""
    if (delivered.carrier, delivered.tracking_number) != (scan.carrier, scan.tracking_number) or not delivered.precision * scan.precision:
        return False
    if delivered.instant_us is None or scan.instant_us is None or delivered.zoned != scan.zoned:
        return False
    return scan.instant_us > delivered.instant_us


def _same_attempt(earlier: Scan, later: Scan) -> bool:
    if earlier.instant_us is None or later.instant_us is None:
        return True
    if not earlier.zoned and not later.zoned:
        return earlier.instant_us // DAY_US == later.instant_us // DAY_US
    return later.instant_us - earlier.instant_us < ATTEMPT_US
