"""What the routes that take one row or many read → its JSON schema, for the document. The plug-ins `generic` are the readers."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from doorstep.domain.event_types import EVENT_TYPES
from doorstep.shops.generic import OrderForm

_Text = Annotated[str, Meta(max_length=2000)]
_Moment = Annotated[
    str, Meta(description="ISO 8601. With an offset where you know it; without one it is read as local time at the place.", max_length=40)
]


class PlaceForm(msgspec.Struct, kw_only=True):
    """Where a scan happened, as far as known."""

    text: Annotated[_Text | None, Meta(description="Free text, where there are no parts.")] = None
    city: _Text | None = None
    region: _Text | None = None
    postcode: _Text | None = None
    country: Annotated[_Text | None, Meta(description="ISO 3166-1 alpha-2, or the country's name.", examples=["ES"])] = None
    facility: _Text | None = None


class CheckpointForm(msgspec.Struct, kw_only=True):
    """One scan. At least one of `code`, `event_type` and `text` is needed."""

    code: Annotated[_Text | None, Meta(description="The carrier's own code; read with your code table.", examples=["DL99"])] = None
    event_type: Annotated[_Text | None, Meta(description="One of Doorstep's event types, where you know it.", examples=["delivered"])] = (
        None
    )
    text: Annotated[_Text | None, Meta(description="The carrier's sentence.")] = None
    occurred_at: _Moment | None = None
    place: PlaceForm | None = None
    carrier: Annotated[_Text | None, Meta(description="Who scanned, where it is another carrier.")] = None
    is_return: bool = False


class EstimateForm(msgspec.Struct, kw_only=True):
    """When the carrier expects to deliver. At least one of `from` and `to` is needed."""

    from_on: Annotated[_Moment | None, Meta(description="First day.")] = msgspec.field(default=None, name="from")
    to_on: Annotated[_Moment | None, Meta(description="Last day.")] = msgspec.field(default=None, name="to")
    from_time: Annotated[_Text | None, Meta(description="Local time of day.", examples=["09:30"])] = None
    to_time: Annotated[_Text | None, Meta(description="Local time of day.", examples=["12:00"])] = None
    stated_at: _Moment | None = None
    reason: _Text | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None


class LinkForm(msgspec.Struct, kw_only=True):
    """Another number of the same promise."""

    tracking_number: _Text
    role: Annotated[str, Meta(description="last_mile, return, replaced_by or parcel.", examples=["last_mile"])]
    carrier: _Text | None = None


class HoursForm(msgspec.Struct, kw_only=True):
    """A stretch in which a pick-up point is open."""

    weekday: Annotated[int, Meta(ge=0, le=6, description="0 is Monday.")]
    opens: Annotated[_Text, Meta(examples=["08:00"])]
    closes: Annotated[_Text, Meta(examples=["22:00"])]


class PickupForm(msgspec.Struct, kw_only=True):
    """Where the customer is to collect it, as far as known."""

    kind: Annotated[_Text | None, Meta(description="locker, shop, post_office or depot.", examples=["locker"])] = None
    name: _Text | None = None
    address: Annotated[_Text | None, Meta(description="Street lines, one a line.")] = None
    postcode: _Text | None = None
    city: _Text | None = None
    country: Annotated[_Text | None, Meta(description="ISO 3166-1 alpha-2, or the country's name.", examples=["ES"])] = None
    hours: list[HoursForm] | None = None
    hours_text: Annotated[_Text | None, Meta(description="Opening hours in words, where they are not known apart.")] = None
    collect_by: Annotated[_Moment | None, Meta(description="Last moment or day at which it can be collected.")] = None
    code: Annotated[
        _Text | None, Meta(description="What opens the locker. Shown to the customer alone, while the parcel waits; never given out here.")
    ] = None


class TrackingForm(msgspec.Struct, kw_only=True):
    """What a carrier says of one tracking number. Send what is new or all of it; the order does not matter."""

    tracking_number: Annotated[_Text, Meta(examples=["PQ4711ES"])]
    carrier: Annotated[_Text | None, Meta(description="The carrier's name or slug.", examples=["correos"])] = None
    checkpoints: list[CheckpointForm] | None = None
    estimate: EstimateForm | None = None
    links: list[LinkForm] | None = None
    service: _Text | None = None
    weight_g: Annotated[float, Meta(ge=0, le=100_000_000)] | None = None
    signed_by: _Text | None = None
    is_return: bool = False
    pickup: PickupForm | None = None


#: `opt["body"]` of a route → the form of one row.
ROWS: dict[str, type[msgspec.Struct]] = {"order": OrderForm, "tracking": TrackingForm}


def row_schemas() -> dict[str, Any]:
    """Return the schemas of the forms and their parts, by their name in `components`: "order.OrderForm"."""
    found: dict[str, Any] = {}
    for kind, form in ROWS.items():
        _, parts = msgspec.json.schema_components([form], ref_template=f"#/components/schemas/{kind}.{{name}}")
        found |= {f"{kind}.{name}": schema for name, schema in parts.items()}
    found["tracking.CheckpointForm"]["properties"]["event_type"]["examples"] = sorted(EVENT_TYPES)[:3]
    return found


def body_of_rows(kind: str, most: int) -> dict[str, Any]:
    """Return the schema of a body that holds one row or a list of them."""
    one = {"$ref": f"#/components/schemas/{kind}.{ROWS[kind].__name__}"}
    return {"oneOf": [one, {"type": "array", "items": one, "minItems": 1, "maxItems": most}]}
