"""An order's parcels → in which of them each of its lines came."""

from doorstep.web.track.portal.entering import Visit


def parcels_of(visit: Visit) -> dict[str, str]:
    """Line id → the parcels it came in, in words; {} where the order has a single one."""
    out = [one for one in visit.order.shipments if not one.returning]
    if len(out) < 2:  # noqa: PLR2004 - one parcel needs no number
        return {}
    found: dict[str, list[str]] = {}
    for place, parcel in enumerate(out, 1):
        for line_id in parcel.lines:
            found.setdefault(line_id, []).append(str(place))
    return {line_id: visit.words("portal.parcel_n", n=", ".join(places)) for line_id, places in found.items()}
