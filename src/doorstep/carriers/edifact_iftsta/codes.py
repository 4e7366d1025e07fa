"""UN/ECE Recommendation 24 status and UN/EDIFACT 9013 reason → our event type: the status says what, the reason why."""

from doorstep.carriers.reading import keyed

#: Every code of the Recommendation, which mean the same under each status category (9015); what is about ships, containers' upkeep or papers alone is `informational`.
#: Source: UN/ECE Recommendation 24 (trade and transport status codes, 2.1) with its definitions, read 2026-11-22.
_STATUSES = """
order_data_received: 6 321
order_cancelled: 7 324
manifested: 50
packed_ready: 71
awaiting_handover: 64
data_without_parcel: 300
parcel_without_data: 62 288 301
pickup_failed: 53 63 233 247 338 340 341 342
pickup_delayed: 339 344 345
picked_up: 13
accepted: 74 130
in_transit: 27 31 35 41 129 312 328 355 356 357
facility_arrival: 1 40 47 98 364 366
facility_departure: 24 99 127 365
facility_processing: 132 135
facility_processed: 362
loaded_to_vehicle: 48 51 59 79 92 118 121
loading_exception: 57 86
unloaded: 26 29 346
in_facility_waiting: 91 255 267 363
misrouted: 87 220 302
forwarded_correct_facility: 44
split_shipment: 88
partial_arrival: 85
consolidated: 15 93 94
deconsolidated: 28
transshipped: 100 368
export_customs_released: 9
export_customs_held: 116 229
border_crossed: 16
customs_processing: 10 46 126 128 170
customs_inspection: 228
customs_held: 232
customs_rejected: 17
customs_released: 8 12 39
handed_to_partner: 349
delivery_scheduled: 209 219
estimated_date_set: 361
appointment_required: 216
recipient_contacted: 45
out_for_delivery: 113
attempt_failed: 23 110 210
attempt_failed_not_home: 269
attempt_failed_business_closed: 211 317 352 353 354
attempt_failed_payment: 291 292
attempt_failed_time: 318
notice_left: 109
refused: 104 106 207 275 276 277 278 279 280 281 282 283 285 295 297 298 299 325
refused_not_ordered: 284
refused_damaged: 286
address_problem: 205 213 234 243 274
ready_for_pickup: 112
delivered: 21 22 72 114
delivered_partial: 73
delayed: 20 25 101 105 212 254 273 314
delayed_weather: 182 266
delayed_strike: 224 235
delayed_capacity: 191
delayed_vehicle: 222 227 238 239
delayed_missed_connection: 206
delayed_not_carrier: 184 185 187 225 270 271 272
held_by_carrier: 90 236 315 326
held_for_payment: 250 251
held_for_documents: 241 334 343
held_credit: 215
damaged: 3 18 218 307 308
contents_missing: 30 231 287 309 330
lost: 49
stolen: 66 329
found: 37
claim_opened: 108 311
disposed: 69 331
undeliverable: 348
exception: 36 54 77 107 111 115 117 119 120 253 319 320 335 336 337 351 358
return_started: 313
return_in_transit: 323
returned_to_sender: 80 81 82
tracking_not_found: 102 248
informational: 2 4 5 11 14 19 32 33 34 38 58 60 61 65 67 68 70 75 76 78 83 84 89 95 96 97 103 123 124 125 131 133 134 136 137
informational: 138 139 140 141 142 143 144 145 146 147 148 149 150 151 152 153 154 155 156 157 158 159 161 162 163 164 165
informational: 166 167 168 169 171 172 174 175 176 177 178 179 180 181 183 186 188 189 190 192 193 194 195 196 197 198 199
informational: 200 201 202 203 204 208 214 240 242 256 258 260 265 306 310 316 322 327 332 333 347 350 359 360 367 369 370
"""
_EVENT_TYPES = keyed(_STATUSES)

#: What a reason makes of a status, by the family the status belongs to. A reason that is not here leaves the status as it is.
#: Source: UN/EDIFACT D.20B code list 9013 with its definitions, read 2026-11-22.
_ATTEMPT = keyed("""
attempt_failed_business_closed: 7 86 130 132 133 134
attempt_failed_address: 1 9 30 39
attempt_failed_payment: 46 47
attempt_failed_weather: 63
attempt_failed_time: 131
refused: 3 49 90 92 94 95 101 102 103 104 106 108 114 115 124 135
refused_damaged: 60
refused_not_ordered: 123
appointment_made: 5
appointment_required: 12
future_date_requested: 15
held_credit: 11
held_for_documents: 37
customs_rejected: 13
misrouted: 16
missorted: 53
damaged: 14
contents_missing: 22 45 83
lost: 33
stolen: 66
delayed_strike: 20 31
delayed_vehicle: 23 34 35 88
delivered_partial: 96
""")
_DELAY = keyed("""
delayed_missed_connection: 2
delayed_weather: 63
delayed_strike: 20 31
delayed_vehicle: 18 23 34 35 88
delayed_holiday: 134
delayed_processing: 10 67 116
delayed_not_carrier: 21
customs_delay: 93
customs_inspection: 24
customs_rejected: 13
held_for_documents: 37
loading_exception: 41
misrouted: 16
missorted: 53
""")
_HOLD = keyed("""
address_problem: 1 9 30 39
appointment_required: 12
future_date_requested: 15
customs_rejected: 13
customs_inspection: 24
export_customs_held: 25
import_customs_presented: 28
held_for_documents: 37
held_for_payment: 46 47
held_credit: 11
damaged: 14 60
contents_missing: 22 45 48 83
lost: 33
stolen: 66
disposed: 76
""")
_REFUSED = keyed("""
refused_damaged: 14 60
refused_not_ordered: 123
attempt_failed_payment: 46 47
""")
_DELIVERED = keyed("""
delivered_partial: 45 83 96
delivered_damaged: 14 60
delivered_alternative_location: 91
""")
_FAMILIES = {
    "attempt_failed": _ATTEMPT, "notice_left": _ATTEMPT, "undeliverable": _ATTEMPT, "delayed": _DELAY, "held_by_carrier": _HOLD,
    "exception": _HOLD, "refused": _REFUSED, "delivered": _DELIVERED,
}  # fmt: skip
#: DE 3055 of lists that a party made for itself: their numbers mean something else. Source: UN/EDIFACT 3055, as known on 2026-11-22.
OWN_LISTS = frozenset({"86", "87", "89", "90", "91", "92", "ZZZ"})


def event_type_of(status: str, reasons: tuple[str, ...]) -> str:
    """Find the event type of a status and its reasons (leading zeros are no matter); "unknown" for a status not on the list."""
    base = _EVENT_TYPES.get(status.lstrip("0"), "unknown")
    family = _FAMILIES.get(base, {})
    return next((family[reason.lstrip("0")] for reason in reasons if reason.lstrip("0") in family), base)
