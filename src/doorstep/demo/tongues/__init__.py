"""A parcel and its scans → one vendor's webhook, as that vendor would post it. Each tongue is a module of its own."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from doorstep.demo.parcels import Parcel, Scanned, Told
from doorstep.demo.tongues import aftership, dhl_universal, easypost, inpost, ups

#: Provider → (parcel, all scans the vendor knows of, oldest first, moment of telling, an id of the telling) → the request.
TONGUES: Mapping[str, Callable[[Parcel, Sequence[Scanned], datetime, str], Told]] = {
    "aftership": aftership.tell,
    "dhl_universal": dhl_universal.tell,
    "easypost": easypost.tell,
    "inpost": inpost.tell,
    "ups": ups.tell,
}
