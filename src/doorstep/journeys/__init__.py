"""What changed + journeys + now → the action to take, or the counted reason why there is none."""

from doorstep.journeys.arrivals import PART, PARTLY, changes_of_arrival
from doorstep.journeys.deciding import decide
from doorstep.journeys.loading import Journey, Journeys, When, load_defaults, with_overrides
from doorstep.journeys.orders import changes_of_order
from doorstep.journeys.reminders import next_reminder_at, reminders_of_shipment
from doorstep.journeys.shipments import changes_of_shipment
from doorstep.journeys.triggers import MERCHANTS_OWN, TRIGGERS, Moment, Trigger

__all__ = (
    "MERCHANTS_OWN",
    "PART",
    "PARTLY",
    "TRIGGERS",
    "Journey",
    "Journeys",
    "Moment",
    "Trigger",
    "When",
    "changes_of_arrival",
    "changes_of_order",
    "changes_of_shipment",
    "decide",
    "load_defaults",
    "next_reminder_at",
    "reminders_of_shipment",
    "with_overrides",
)
