"""Nova Poshta's status codes, under the service → our event types."""

from doorstep.carriers.reading import keyed

#: Left out: 3, "number not found", which is no scan. 107, "storage is charged for", says that the parcel still waits.
#: Source: the list of statuses in Nova Poshta's documentation of `getStatusDocuments`, as several public clients repeat it; read 2026-11-22.
_EVENT_TYPES = keyed("""
order_data_received: 1 12
order_cancelled: 2
accepted: 4 41
in_transit: 5
delivery_facility_arrival: 6
ready_for_pickup: 7 107
ready_for_pickup_locker: 8
delivered: 9 106
delivered_cod_collected: 10 11
informational: 14
out_for_delivery: 101
return_started: 102
refused: 103 108
address_changed: 104
pickup_expired: 105
attempt_failed_not_home: 111
future_date_requested: 112
""")
#: Services that end at a branch or a locker ("WarehouseWarehouse", "DoorsPostomat"): there the recipient fetches the parcel.
_FETCHED = ("Warehouse", "Postomat")


def event_type_of(code: str, service: str) -> str:
    """Find the event type of a status code ("9") under a service ("WarehouseDoors")."""
    found = _EVENT_TYPES.get(code, "unknown")
    return "collected_by_recipient" if found == "delivered" and service.endswith(_FETCHED) else found
