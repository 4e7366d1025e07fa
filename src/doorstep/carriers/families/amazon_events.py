"""The event codes that Amazon gives carriers of its parcels → our event types, where all of them mean the same by a code."""

from doorstep.carriers.reading import keyed

#: EVENT_101 and EVENT_102 are left to each carrier, which use them in their own way.
#: Source: Amazon's documented list of `EventCode` with meanings (EVENT_101 to EVENT_419), read 2026-11-22.
AMAZON_EVENTS = keyed("""
facility_arrival: EVENT_201
facility_departure: EVENT_202
destination_country_arrival: EVENT_203
customs_processing: EVENT_204
customs_released: EVENT_205
in_transit_to_pickup_point: EVENT_206
delivered: EVENT_301
out_for_delivery: EVENT_302
attempt_failed: EVENT_304
recipient_contacted: EVENT_306
appointment_made: EVENT_307
ready_for_pickup: EVENT_308
returned_to_sender: EVENT_309
address_problem: EVENT_401
customs_delay: EVENT_402
recipient_moved: EVENT_403
delayed_not_carrier: EVENT_404
damaged: EVENT_405
held_by_carrier: EVENT_406
refused: EVENT_407 EVENT_413
return_started: EVENT_408
lost: EVENT_409
data_without_parcel: EVENT_411
parcel_without_data: EVENT_412
missorted: EVENT_414 EVENT_417
received_by_partner: EVENT_415
undeliverable: EVENT_416
delayed: EVENT_418
address_corrected: EVENT_419
""")
