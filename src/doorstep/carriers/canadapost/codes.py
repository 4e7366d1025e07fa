"""Canada Post's event identifiers → our event types."""

from doorstep.carriers.reading import keyed

#: Identifiers without leading zeros: the same one arrives as "20", "0020" and "0174".
#: Left out, so `unknown`: 610 to 620 (where at the address the item "is", which may mean delivered or not) and 1245 (a redirection failed).
#: Where the list's English and French name different things (700), the French one is taken: it agrees with the neighbouring numbers.
#: Source: Canada Post's developer table of tracking messages as reprinted with both languages in a public connector, and the
#: identifier and text pairs of live answers, read 2026-11-22.
_TABLE = """
order_data_received: 3000
label_voided: 190
picked_up: 2300
accepted: 1300 1301 1302 1303 4000
facility_processed: 100 102 104 105 106 107 170 1240 1241 1244 2500 2501 4100
facility_processing: 815
in_transit: 175 804 4550 8901
facility_arrival: 400 405
facility_departure: 410
relabelled: 198
misrouted: 172
received_by_partner: 113
partner_event: 114
handed_to_partner: 115 116
origin_country_departed: 4202
transit_country_arrival: 4900
transit_country_departure: 4950
destination_country_arrival: 700 701 4310 4311
import_customs_presented: 800 4330 4400
customs_processing: 1487 1495 2601
customs_held: 127 810
customs_duties_paid: 1210
customs_released: 130 900 910 4450 4500 5201
delivery_facility_arrival: 4600
out_for_delivery: 174 500
delivery_scheduled: 1444
delivery_window_changed: 1200 1203
preferences_received: 1220 1221 1223 1224 1225
address_problem: 120 171 173 1412 2412
address_change_requested: 1230 1232
address_changed: 1480 1490
redirect_cancelled: 1234
redirected_to_pickup_point: 630
attempt_failed: 1443
attempt_failed_business_closed: 1411 2411
notice_left: 1435 1436 1437 1438 1479 1488
redelivery_scheduled: 1414 2414
held_for_recipient: 1410 2410
in_transit_to_pickup_point: 1703 1705
ready_for_pickup: 1407 1701 2407
ready_for_pickup_locker: 1405
pickup_reminder: 156
pickup_expired: 629
collected_by_recipient: 1406
delivered: 1476 1496 1498 1499
delivered_signed: 1408 1409
delivered_safe_place: 1421 1422 1423 1424 1427 1428 1429 1430 1431 1434
delivered_mailbox: 1426 1433 1441 1442
delivered_reception: 1425 1432 1461 1462 1463 1465 1466 1467 1468 1469 1473 1475
delivered_to_agent: 1471 1472
proof_of_delivery_available: 20 2001
post_delivery_information: 21
delayed: 162 621 622 623 624 625 626 627 628
delayed_weather: 159
delayed_strike: 160 161
delayed_not_carrier: 163
held_by_carrier: 118 121 1450 1484 1494 4700
held_for_documents: 117
damaged: 710
undeliverable: 179 1483 1493 4650
disposed: 150
return_label_created: 3002
return_started: 167 168 169 181 182 183 184 1100 1415 1416 1417 1418 1419 1420 1481 1482 1491 1492 2802 3001
return_in_transit: 2600
informational: 152 1214 1215 1216 2101
"""
_EVENT_TYPES = keyed(_TABLE)

#: Identifiers that speak of a label or an item on its way back from the customer.
RETURNS = frozenset({"1303", "3002"})

#: On the way back the same identifiers come with another sentence, which then is part of the key.
#: Source: sentences of live answers listed in a public connector, read 2026-11-22.
_ON_THE_WAY_BACK = {
    "l'article renvoyé à l'expéditeur est arrivé à l'installation postale.": "return_in_transit",
    "l'article renvoyé à l'expéditeur est sorti pour livraison.": "return_out_for_delivery",
    "l'article a été renvoyé avec succès à l'expéditeur.": "returned_to_sender",
    "tentative de renvoyer article à expéditeur. carte laissée indiquant où ramasser": "return_failed",
    "tentative de renvoyer article à expéditeur. carte laissée indiquant où ramasser.": "return_failed",
    "importation refusée par les autorités douanières": "customs_rejected",
}


def event_type_of(identifier: str, description: str) -> str:
    """Find the event type of an identifier, with or without leading zeros, under its sentence."""
    key = identifier.lstrip("0")
    if key not in _EVENT_TYPES:
        return "unknown"
    return _ON_THE_WAY_BACK.get(" ".join(description.split()).casefold()) or _EVENT_TYPES[key]
