"""Scans under several numbers and the ties between these → one shipment: its pieces, its return, the label that replaced another."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

import msgspec

from doorstep.domain.shipments import Folded, Leg, OpenPitfall, Piece
from doorstep.domain.tracking import Estimate, Scan, Tie
from doorstep.domain.vocabulary import Status
from doorstep.timeline.folding import actor_of_open, fold
from doorstep.timeline.roles import CANCELLED, DELIVERED, PART, PHYSICAL, RETURNED, RETURNING, ROLES, UNREAD_ROLE, Role

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Of several pieces, the one whose status stands first here speaks for all: what needs somebody, what happens today, the rest of the
#: way, what nobody has scanned yet; and only when none of that is left, how it ended.
_SPEAKS = (
    Status.EXCEPTION,
    Status.FAILED_ATTEMPT,
    Status.READY_FOR_PICKUP,
    Status.OUT_FOR_DELIVERY,
    Status.IN_TRANSIT,
    Status.RETURNING,
    Status.UNKNOWN,
    Status.INFO_RECEIVED,
    Status.PENDING,
    Status.RETURNED,
    Status.DELIVERED,
    Status.CANCELLED,
)
_TURN = {status: position for position, status in enumerate(_SPEAKS)}
_NOTHING = fold(())

#: Name of the part that holds the scans of no piece of its own.
_SHARED = ""


def fold_tied(
    scans: Iterable[Scan],
    estimates: Sequence[Estimate] = (),
    *,
    since: datetime | None = None,
    ties: Collection[Tie] = (),
) -> Folded:
    """Fold a shipment whose numbers are tied: the same for every order and every repetition of scans, estimates and ties."""
    if not ties:
        return fold(scans, estimates, since=since)
    heeded = _heeded(list(scans), ties)
    wholes = _wholes(ties)
    pieces = _pieces(heeded, ties, wholes)
    parts = _parts(heeded, pieces, wholes, ties)
    if parts.keys() <= {_SHARED, *wholes}:
        return fold(heeded, estimates, since=since)
    told = {name: fold(of_it, estimates, since=since) for name, of_it in _shared_by_parts(parts, wholes).items()}
    for whole, of_whole in wholes.items():
        if folded := told.pop(whole, None):
            told = dict.fromkeys(of_whole, folded) | told
    return _together(dict(sorted(told.items())), sorted(pieces), heeded)


def _heeded(scans: list[Scan], ties: Collection[Tie]) -> list[Scan]:
    """Mark the scans of a return's number as the return's, and leave out those of a label that another has replaced."""
    back = {tie.to for tie in ties if tie.role == "return"}
    replaced = {(tie.of, tie.to) for tie in ties if tie.role == "replaced_by"}
    ends_us = {of: _first_moved({to for old, to in replaced if old == of}, scans) for of, to in replaced if (to, of) not in replaced}
    heeded = []
    for scan in scans:
        code = _role(scan).code
        if scan.tracking_number in ends_us and _is_void(scan, code, ends_us[scan.tracking_number]):
            continue
        if scan.tracking_number in back:
            if code <= CANCELLED:  # a label for the way back often lies in the parcel: it turns nothing
                continue
            heeded.append(msgspec.structs.replace(scan, is_return=True))
        else:
            heeded.append(scan)
    return heeded


def _wholes(ties: Collection[Tie]) -> dict[str, set[str]]:
    """Name the numbers that stand for a whole consignment and are no parcel themselves, each with its parts."""
    wholes = {tie.of for tie in ties if tie.role == "part"}
    parts = {whole: {tie.to for tie in ties if tie.role == "part" and tie.of == whole} - wholes for whole in sorted(wholes)}
    return {whole: of_it for whole, of_it in parts.items() if of_it}


def _pieces(scans: Iterable[Scan], ties: Collection[Tie], wholes: Mapping[str, AbstractSet[str]]) -> set[str]:
    """Name the parcels of a shipment. The number that names the others is one itself once each of them has scans of its own.

    Until then its scans stand for those that have none: most carriers tell a consignment under one number only. A whole never is one.
    """
    named = {tie.to for tie in ties if tie.role in {"parcel", "part"}} - wholes.keys()
    heard = {scan.tracking_number for scan in scans}
    leads = {tie.of for tie in ties if tie.role == "parcel" and tie.of in heard} - wholes.keys()
    return named | leads if named <= heard else named


def _first_moved(numbers: Collection[str], scans: Iterable[Scan]) -> int | None:
    moved = (s.instant_us for s in scans if s.tracking_number in numbers and _role(s).bits & PHYSICAL)
    return min((instant for instant in moved if instant is not None), default=None)


def _is_void(scan: Scan, code: int, ends_us: int | None) -> bool:
    """Whether a scan of a replaced label no longer counts: its cancellation; once the new one moves, its return and all that follows."""
    if code == CANCELLED:
        return True
    if ends_us is None:
        return False
    return code in (RETURNING, RETURNED) or scan.is_return or scan.instant_us is None or scan.instant_us >= ends_us


def _parts(
    scans: Iterable[Scan], pieces: Collection[str], wholes: Mapping[str, AbstractSet[str]], ties: Collection[Tie]
) -> dict[str, list[Scan]]:
    """Give each piece, and each whole, the scans under its number and under those that continue it; the others are shared."""
    owners = _owners({*pieces, *wholes}, ties) if pieces else {}
    parts: dict[str, list[Scan]] = {}
    for scan in scans:
        parts.setdefault(owners.get(scan.tracking_number, _SHARED), []).append(scan)
    return parts


def _shared_by_parts(parts: Mapping[str, list[Scan]], wholes: Mapping[str, AbstractSet[str]]) -> dict[str, list[Scan]]:
    """Add to the scans of each part those of its whole, as if all were under the whole's number: it is one leg.

    The whole keeps its own, which stand for the parts that have none. That it was delivered in part says nothing of a part that is there.
    """
    shared = dict(parts)
    for whole, of_whole in wholes.items():
        for piece in of_whole & parts.keys():
            own = [
                msgspec.structs.replace(scan, tracking_number=whole) if scan.tracking_number == piece else scan for scan in shared[piece]
            ]
            there = any(_role(scan).code == DELIVERED for scan in own)
            shared[piece] = [*own, *(_unheard(scan) if there and _role(scan).bits & PART else scan for scan in parts.get(whole, ()))]
    return shared


def _unheard(scan: Scan) -> Scan:
    return msgspec.structs.replace(scan, event_type="informational")


def _role(scan: Scan) -> Role:
    return ROLES.get(scan.event_type, UNREAD_ROLE)


def _owners(pieces: Collection[str], ties: Collection[Tie]) -> dict[str, str]:
    """Tell whose each number is; one that continues several pieces is nobody's."""
    onward: dict[str, set[str]] = {}
    for tie in ties:
        if tie.role not in {"parcel", "part"} and tie.to not in pieces:
            onward.setdefault(tie.of, set()).add(tie.to)
    owners = {piece: piece for piece in pieces}
    for piece in sorted(pieces):
        ahead, seen = [piece], {piece}
        while ahead:
            for number in onward.get(ahead.pop(), set()) - seen:
                seen.add(number)
                ahead.append(number)
                owners[number] = piece if owners.get(number, piece) == piece else _SHARED
    return owners


def _together(told: Mapping[str, Folded], pieces: Sequence[str], scans: Iterable[Scan]) -> Folded:
    """Join the folds of the parts: the one that matters most speaks, times and problems are those of all."""
    shared = told.get(_SHARED)
    silent = [piece for piece in pieces if piece not in told]
    voices = {name: folded for name, folded in told.items() if name != _SHARED}
    if shared is not None and (silent or shared.first_scan_at is not None):
        voices[_SHARED] = shared
    elif silent:
        voices[_SHARED] = _NOTHING
    speaker = min(voices.items(), key=lambda voice: _weight(*voice))[1]
    each = list(told.values())
    arrived = [one.delivered_at for one in voices.values() if one.delivered_at is not None]
    pitfalls = _all_open(voices.values())
    stands = {mark for one in each for mark in one.counted}
    return msgspec.structs.replace(
        speaker,
        must_act=actor_of_open(pitfalls, speaker.must_act),
        open_pitfalls=pitfalls,
        legs=_legs(each),
        first_scan_at=min((one.first_scan_at for one in each if one.first_scan_at), default=None),
        last_scan_at=max((one.last_scan_at for one in each if one.last_scan_at), default=None),
        delivered_at=max(arrived, default=None) if speaker.status is Status.DELIVERED else None,
        attempts=max(one.attempts for one in each),
        counted=_in_order(stands, scans),
        pieces=tuple(_piece(name, told.get(name) or shared or _NOTHING) for name in pieces) if len(pieces) > 1 else (),
    )


def _weight(name: str, folded: Folded) -> tuple[int, float, str]:
    """Order the parts by who speaks first: by status; of the delivered the last one, of others the one that stands longest."""
    since = folded.status_since.timestamp() if folded.status_since else 0.0
    return _TURN[folded.status], -since if folded.status is Status.DELIVERED else since, name


def _all_open(parts: Iterable[Folded]) -> tuple[OpenPitfall, ...]:
    """Each kind once, since it first opened on any piece; in the order in which a single parcel's stand."""
    found: dict[str, OpenPitfall] = {}
    for one in sorted((p for part in parts for p in part.open_pitfalls), key=lambda p: (p.since or _EPOCH, p.opened_by)):
        found.setdefault(one.kind, one)
    return tuple(found[kind] for kind in sorted(found))


def _legs(parts: Iterable[Folded]) -> tuple[Leg, ...]:
    """Each leg once, from its first scan on any piece to its last."""
    found: dict[tuple[str, str, str], Leg] = {}
    for leg in (leg for one in parts for leg in one.legs):
        key = (leg.carrier, leg.tracking_number, leg.direction)
        found[key] = _spanning(found[key], leg) if key in found else leg
    return tuple(found.values())


def _spanning(one: Leg, other: Leg) -> Leg:
    first_at = min((at for at in (one.first_at, other.first_at) if at is not None), default=None)
    last_at = max((at for at in (one.last_at, other.last_at) if at is not None), default=None)
    return msgspec.structs.replace(one, first_at=first_at, last_at=last_at, tracked=one.tracked or other.tracked)


def _in_order(stands: Collection[bytes], scans: Iterable[Scan]) -> tuple[bytes, ...]:
    rows = sorted((s.instant_us or 0, _role(s).rank, s.fingerprint) for s in scans if s.fingerprint in stands)
    return tuple(dict.fromkeys(mark for _, _, mark in rows))


def _piece(number: str, folded: Folded) -> Piece:
    carrier = folded.legs[-1].carrier if folded.legs else "unknown"
    return Piece(number, carrier, folded.status, folded.status_since, folded.delivered_at)
