"""Operation → an example of its body and of its answer, all of our own making."""

from typing import Any

_ORDER = {
    "id": "1001",
    "number": "#1001",
    "placed_at": "2026-11-22T09:30:00+01:00",
    "currency": "EUR",
    "total": "38.00",
    "payment": "paid",
    "locale": "es",
    "customer": {"first_name": "Ana", "last_name": "Ruiz", "email": "ana@customer.example"},
    "ship_to": {"name": "Ana Ruiz", "lines": ["Calle Mayor 1"], "city": "Madrid", "postcode": "28013", "country": "ES"},
    "lines": [{"id": "1", "name": "Teapot", "quantity": 1, "unit_price": "38.00"}],
    "fulfilments": [{"created_at": "2026-11-22T16:00:00+01:00", "carrier": "Correos", "tracking_numbers": ["PQ4711ES"]}],
}
_ORDER_SHOWN = {
    "id": "4711",
    "external_id": "1001",
    "number": "#1001",
    "placed_at": "2026-11-22T08:30:00Z",
    "updated_at": "2026-11-22T15:00:00Z",
    "customer": {"first_name": "Ana", "last_name": "Ruiz", "email": "ana@customer.example"},
    "lines": [{"line_id": "1", "name": "Teapot", "quantity": 1, "unit_price": {"amount_minor": 3800, "currency": "EUR"}}],
    "total": {"amount_minor": 3800, "currency": "EUR"},
    "payment": "paid",
    "locale": "es",
    "page_url": "https://parcels.shop.example/o/3Jx0…",
}
_ERRAND: dict[str, Any] = {
    "id": "31",
    "case_id": "12",
    "rma": "R-7K2M9QDX",
    "to": "payment",
    "kind": "refund",
    "body": {
        "order": "1001",
        "number": "#1001",
        "rma": "R-7K2M9QDX",
        "lines": [{"line_id": "1", "quantity": 1, "variant_id": "", "wanted_id": "", "reason": "broken", "comment": ""}],
        "amount": {"amount_minor": 3800, "currency": "EUR"},
    },
    "state": "sent",
    "way": "webhook",
    "made_at": "2026-11-24T10:00:00Z",
    "sent_at": "2026-11-24T10:00:01Z",
    "answered_at": None,
    "answer": "",
    "external_id": "",
}
_HANDOVER: dict[str, Any] = {
    "id": "57",
    "conversation_id": "812",
    "reason": "anger",
    "also": ["asked"],
    "summary": "The parcel is three days late; they asked twice.",
    "intent": "track.late",
    "order_id": "48",
    "language": "es",
    "queue": "support",
    "priority": 1,
    "skill": "",
    "state": "held",
    "assignee": "12",
    "waits_for_customer": False,
    "asked_at": "2026-11-24T10:00:00Z",
    "due_at": "2026-11-24T11:00:00Z",
    "answered_at": None,
    "snoozed_until": None,
    "closed_at": None,
    "close_reason": "",
    "csat": None,
}
_SIGNING_KEY = {
    "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    "made_at": "2026-06-01T08:00:00Z",
    "withdrawn_at": None,
    "signs": True,
    "signs_from": None,
}
_TRACKING = {
    "tracking_number": "PQ4711ES",
    "carrier": "correos",
    "checkpoints": [
        {"code": "PU01", "text": "Recogido", "occurred_at": "2026-11-22T18:05:00+01:00", "place": {"city": "Madrid", "country": "ES"}},
        {"code": "OD10", "text": "En reparto", "occurred_at": "2026-11-23T08:12:00+01:00", "place": {"city": "Madrid", "country": "ES"}},
    ],
    "estimate": {"from": "2026-11-23", "to": "2026-11-24"},
}
_SHIPMENT: dict[str, Any] = {
    "id": "815",
    "order_id": "4711",
    "tracking_number": "PQ4711ES",
    "carrier": "correos",
    "carrier_name": "Correos",
    "service": None,
    "status": "out_for_delivery",
    "status_since": "2026-11-23T07:12:00Z",
    "direction": "outbound",
    "must_act": "carrier",
    "estimate": {"from_on": "2026-11-23", "to_on": "2026-11-24", "source": "carrier"},
    "open_pitfalls": [],
    "delivered_at": None,
    "attempts": 0,
    "carbon": {
        "grams": 291,
        "least_g": 89,
        "most_g": 784,
        "parts": [{"mode": "truck", "km": 479, "grams": 72}, {"mode": "door", "km": None, "grams": 219}],
        "weight_g": 1000,
        "weight_assumed": True,
        "greener": [{"option": "pickup_point", "saves_g": 88}],
    },
    "legs": [],
    "pieces": [],
    "pickup": None,
    "page_url": "https://parcels.shop.example/t/9bQk…",
    "changed_at": "2026-11-23T07:12:04Z",
}
_CHECKPOINT = {
    "event_type": "out_for_delivery",
    "phase": "last",
    "occurred_at": {"local": "2026-11-23T08:12:00", "offset": "+01:00", "zone_source": "sent", "precision": "second"},
    "place": {"city": "Madrid", "country": "ES"},
    "carrier": "correos",
    "carrier_code": "OD10",
    "carrier_text": "En reparto",
    "tracking_number": "PQ4711ES",
    "is_return": False,
    "counts": True,
}
_APP_MESSAGE: dict[str, Any] = {
    "id": "01a22759-6238-75ee-bbbe-f55398c25304",
    "created_at": "2026-11-23T18:20:00Z",
    "title": "We could not deliver your parcel",
    "text": "Nobody was at home. What shall we do?",
    "locale": "en",
    "topic": "problems",
    "order_id": "4711",
    "choices": [{"id": "reschedule", "title": "Try again tomorrow", "about": ""}],
    "link": {"title": "See the parcel", "url": "https://parcels.shop.example/t/9bQk…"},
    "state": "sent",
}
_IDENTIFIED = {
    "number": "RB123456785GB",
    "candidates": [
        {
            "carrier": "royalmail",
            "confidence": 0.99,
            "formats": ["s10"],
            "checked": True,
            "own": False,
            "facts": {"service": "registered", "country": "GB"},
        }
    ],
    "settled": "royalmail",
    "did_you_mean": [],
}
_ARTICLE: dict[str, Any] = {
    "id": "12",
    "title": "Returns",
    "origin": "api:returns",
    "language": "en",
    "url": "https://shop.example/returns",
    "audience": "customers",
    "valid_until": "2027-06-30",
    "passages": 1,
    "kept_at": "2026-11-22T09:00:00Z",
    "seen_at": "2026-11-22T09:00:00Z",
    "quoted": 41,
    "quoted_at": "2026-11-30T08:12:00Z",
}
_MESSAGE = {
    "id": "019aaf60-7c00-7a3e-8d1f-0123456789ab",
    "created_at": "2026-11-23T07:12:05Z",
    "channel": "email",
    "recipient": "ana@customer.example",
    "locale": "es",
    "purpose": "transactional",
    "template": "out_for_delivery",
    "trigger": "shipment.out_for_delivery",
    "subject": "Tu pedido llega hoy",
    "why": "out_for_delivery: email: preferred",
    "state": "reached",
    "state_at": "2026-11-23T07:12:09Z",
    "provider_code": "250",
    "provider_text": "",
    "order_id": "4711",
    "shipment_ids": ["815"],
}
_MESSAGE_WHOLE = {
    **_MESSAGE,
    "text": "Hola, Ana: tu pedido #1001 está en reparto.",
    "attempts": [{"attempt": 1, "started_at": "2026-11-23T07:12:06Z", "ended_at": "2026-11-23T07:12:07Z", "outcome": "sent", "detail": ""}],
    "receipts": [{"state": "reached", "provider_code": "250", "provider_text": "", "at": "2026-11-23T07:12:09Z"}],
}
_SUPPRESSION = {
    "id": "kZ3v…",
    "channel": "email",
    "address": "gone@customer.example",
    "purpose": None,
    "reason": "bounced",
    "at": "2026-11-20T10:00:00Z",
}
_CONSENT = {
    "address": "ana@customer.example",
    "purpose": "marketing",
    "granted": True,
    "channel": "email",
    "at": "2026-11-22T08:30:00Z",
    "wording": "Send me news of the shop",
}
_ENDPOINT = {"id": "12", "name": "Warehouse", "url": "https://shop.example/doorstep", "active": True, "paused_why": None}
_MAPPING = {"carrier": "correos", "carrier_code": "ZX77", "carrier_text": "", "event_type": "delayed", "everywhere": False}
_PROBLEM = {
    "id": "77",
    "shipment_id": "815",
    "kind": "not_received",
    "family": "word",
    "severity": "high",
    "culprit": "unknown",
    "must_act": "shop",
    "next_step": "ask_for_proof",
    "customer": "We are asking the carrier for its proof and will write to you. Please look with neighbours meanwhile.",
    "support": "The customer has not got it: compare with the proof of delivery, then claim.",
    "opened_at": "2026-11-24T18:00:00Z",
    "found_at": "2026-11-24T18:00:00Z",
    "escalated_at": None,
    "muted": False,
    "superseded_by": None,
    "track_record": None,
    "closed_at": None,
    "closed_why": None,
    "note": "The neighbours have nothing either.",
}
_CODES = {"codes": {"PU01": "picked_up", "OD10": "out_for_delivery"}}
_SHARE = {"times": 188, "of": 200, "share": 0.94, "low": 0.8983, "high": 0.9653}
_SHIRT = {
    "product": "8001",
    "name": "Linen shirt",
    "requests": 31,
    "back": {"times": 34, "of": 290, "rate": 0.1172},
    "reasons": {"fit.too_small": 22, "taste.colour": 12},
}
_RETURNED: dict[str, Any] = {
    "from_on": "2026-09-07",
    "to_on": "2026-11-29",
    "requests": 40,
    "void": 3,
    "back": {"times": 41, "of": 1260, "rate": 0.0325},
    "remedies": {"refund": 25, "exchange": 9, "store_credit": 3},
    "exchanged": {"times": 9, "of": 37, "share": 0.2432, "low": 0.1337, "high": 0.4012},
    "by_policy": {"times": 33, "of": 37, "share": 0.8919, "low": 0.7529, "high": 0.9571},
    "products": [{**_SHIRT, "variant": "", "options": ""}],
    "variants": [{**_SHIRT, "variant": "44012", "options": "blue, S"}],
    "reasons": [{"code": "fit.too_small", "units": 22, "share": {"times": 22, "of": 41, "share": 0.5366, "low": 0.3875, "high": 0.6794}}],
    "paid": [{"refunded": {"amount_minor": 98500, "currency": "EUR"}, "fees": {"amount_minor": 1485, "currency": "EUR"}, "cases": 22}],
    "to_label": {"median_hours": 0.1, "p90_hours": 3.2, "of": 36},
    "to_refund": {"median_hours": 168.5, "p90_hours": 290.0, "of": 22},
    "from_arrival_to_refund": {"median_hours": 41.0, "p90_hours": 96.4, "of": 22},
    "offers": [{"name": "right_size", "taken": {"times": 9, "of": 22, "share": 0.4091, "low": 0.2326, "high": 0.6127}}],
    "claims": [{"carrier": "correos", "claim": "damaged", "refused": 0, "claims": {"times": 3, "of": 812, "rate": 0.0037}}],
}
_WENT = {
    "contacts": 412,
    "open": 96,
    "solved_at_first": {"times": 221, "of": 288, "share": 0.7674, "low": 0.7153, "high": 0.8125},
    "repeated": {"times": 61, "of": 316, "share": 0.193, "low": 0.1533, "high": 0.2401},
    "deflected": {"times": 262, "of": 316, "share": 0.8291, "low": 0.7837, "high": 0.8666},
    "solved_alone": {"times": 214, "of": 316, "share": 0.6772, "low": 0.6238, "high": 0.7264},
    "automated": {"times": 345, "of": 412, "share": 0.8374, "low": 0.7986, "high": 0.87},
}
_CONTENT = {"asked": 40, "content": {"times": 21, "of": 24, "share": 0.875, "low": 0.69, "high": 0.9566}, "mean": 4.46}
_TALK_INSIGHT: dict[str, Any] = {
    "from_on": "2026-11-02",
    "to_on": "2026-11-29",
    "whole": _WENT,
    "subjects": [{"key": "parcel", "went": _WENT}],
    "talks": [{"key": "where", "went": _WENT}],
    "handed": 67,
    "handed_answered": 64,
    "reasons": [{"reason": "asked", "share": {"times": 31, "of": 67, "share": 0.4627, "low": 0.3487, "high": 0.5806}, "also": 2}],
    "first_answer": {
        "machine": {"median_hours": 0.0004, "p90_hours": 0.0008, "of": 371},
        "human": {"median_hours": 0.31, "p90_hours": 2.4, "of": 64},
    },
    "csat_by_who": [{"key": "human", **_CONTENT}],
    "csat_by_talk": [{"key": "where", **_CONTENT}],
    "definitions": {"contacts": "One customer, one conversation, one subject, until an hour has passed since an answer."},
}
_FIGURES: dict[str, Any] = {
    "finished": 204,
    "delivered": 202,
    "returned": 2,
    "on_time": _SHARE,
    "promise_kept": {"times": 0, "of": 0, "share": None, "low": None, "high": None},
    "promise_early": {"times": 0, "of": 0, "share": None, "low": None, "high": None},
    "first_attempt": _SHARE,
    "silent": {"times": 12, "of": 200, "share": 0.06, "low": 0.0347, "high": 0.1017},
    "transit_p10_days": 1,
    "transit_median_days": 2,
    "transit_p90_days": 4,
    "transit_of": 202,
    "silence_p90_days": 1,
    "pitfalls_per_thousand": 73.5,
    "pitfalls": {"delayed": 9, "missed_estimate": 6},
    "pickup": {"times": 40, "of": 204, "share": 0.1961, "low": 0.1473, "high": 0.2561},
    "carbon_mean_g": 412,
    "carbon_of": 198,
    "window_held": {"times": 151, "of": 180, "share": 0.8389, "low": 0.7782, "high": 0.8854},
    "window_chance": 0.8,
    "window_mean_days": 2.7,
    "warnings_right": {"times": 17, "of": 21, "share": 0.8095, "low": 0.6, "high": 0.9233},
    "late_foretold": {"times": 17, "of": 26, "share": 0.6538, "low": 0.4622, "high": 0.8059},
    "foretold_first": {"times": 12, "of": 17, "share": 0.7059, "low": 0.4687, "high": 0.8672},
    "warning_mean_days": 1.4,
}
_JUDGED_AT = {
    "n": 812,
    "mae_days": 1.42,
    "promise_mae_days": 3.1,
    "lane_median_mae_days": 1.63,
    "coverage_80": 0.79,
    "width_days": 4.6,
    "late_auc": 0.74,
    "late_average_precision": 0.31,
}
_JUDGED = {"purchase": _JUDGED_AT, "handover": _JUDGED_AT}

_PERFORMANCE = {
    "from_on": "2026-08-31",
    "to_on": "2026-11-22",
    "by": "carrier",
    "whole": _FIGURES,
    "groups": [{"key": "correos", "figures": _FIGURES}],
    "transit_days": {"1": 60, "2": 90, "4": 52},
}

#: operationId → (example of the body or None, example of the answer or None).
_RETURN = {
    "action": "open_return",
    "order": "1001",
    "units": [{"line_id": "1", "quantity": 1, "reason": "taste.colour", "comment": "Bluer than in the picture.", "condition": ""}],
    "remedy": "refund",
    "method": "",
    "way": "label",
    "gift": False,
    "photos": [],
}
_PLAN: dict[str, Any] = {
    "action": _RETURN,
    "refund": {"amount_minor": 3800, "currency": "EUR"},
    "charge": None,
    "fee": None,
    "concerns": [],
    "facts": {"number": "#1001", "days_from": 5, "days_to": 7},
    "policy_version": 3,
}
_CASE: dict[str, Any] = {
    "id": "77",
    "order": "4711",
    "seen": "2f6c1b9a4d7e08c35a",
    "case_id": 77,
    "rma": "R-7K2M9QDX",
    "kind": "return",
    "action": "open_return",
    "state": "approved",
    "order_id": 4711,
    "opened_at": "2026-11-29T10:00:00Z",
    "since": "2026-11-29T10:00:00Z",
    "lines": [
        {"line_id": "1", "quantity": 1, "unit_price": {"amount_minor": 3800, "currency": "EUR"}, "name": "Teapot", "reason": "taste.colour"}
    ],
    "remedy": "refund",
    "refund": {"amount_minor": 3800, "currency": "EUR"},
    "policy_version": 3,
    "decided_by": "policy",
}
_POLICY: dict[str, Any] = {
    "version": 3,
    "live_from": "2026-11-01T00:00:00Z",
    "note": "Christmas",
    "policy": {"returning": {"days": 45, "reason_needed": False}},
}
_TALKS: dict[str, Any] = {
    "version": 4,
    "live_from": "2026-11-30T08:00:00Z",
    "note": "our own hello",
    "changes": {
        "on": True,
        "off": ["cancel"],
        "words": {"en": {"say.hello": "Hello, this is {brand}. What can I do for you?"}},
        "next": {"where": ["reschedule", "human"]},
    },
}
_STEP = {"at": "2026-11-29T10:00:00Z", "actor": "customer", "was": None, "state": "approved", "why": ""}
_TOKEN = "q7Zr0m4yq1Jd8mJmJrPz0Hc1Y6bqk2aD"  # noqa: S105 - made up
_BEHALF = {"email": "ana@customer.example", "assurance": "login"}
EXAMPLES: dict[str, tuple[Any, Any]] = {
    "sendOrders": (_ORDER, {"accepted": 2, "rejected": [{"index": 1, "error": "placed_at: a moment with its offset is needed"}]}),
    "listOrders": (None, {"orders": [_ORDER_SHOWN], "next": "b3JkZXJzHzQ3MTE"}),
    "readOrder": (None, _ORDER_SHOWN),
    "sendCheckpoints": (_TRACKING, {"accepted": 1, "rejected": []}),
    "readCodeTable": (None, _CODES),
    "setCodeTable": (_CODES, _CODES),
    "listShipments": (None, {"shipments": [_SHIPMENT], "next": None}),
    "readShipment": (None, {**_SHIPMENT, "checkpoints": [_CHECKPOINT]}),
    "readPromise": (
        None,
        {
            "from_on": "2026-11-25",
            "to_on": "2026-11-27",
            "chance": 0.87,
            "cut_off": "2026-11-23T13:00:00Z",
            "basis": {"level": "lane", "deliveries": 214},
            "carbon_g": 291,
        },
    ),
    "identifyNumber": (None, _IDENTIFIED),
    "listPitfalls": (None, {"pitfalls": [_PROBLEM], "next": None}),
    "reportPitfall": ({"kind": "not_received", "note": _PROBLEM["note"]}, _PROBLEM),
    "closePitfall": (
        {"note": "Found at the reception."},
        {**_PROBLEM, "closed_at": "2026-11-25T09:00:00Z", "closed_why": "agent", "note": f"{_PROBLEM['note']}\nFound at the reception."},
    ),
    "mutePitfall": ({"muted": True}, {**_PROBLEM, "muted": True}),
    "listActions": (
        None,
        {
            "actions": [
                {
                    "action": "ask_invoice",
                    "meaning": "Ask for an invoice.",
                    "assurance": "link",
                    "weight": "reversible",
                    "confirmed": False,
                    "undone_by": None,
                    "outside": ["shop"],
                    "tells": ["order.changed"],
                    "arguments": {"type": "object", "required": ["action", "order"]},
                }
            ]
        },
    ),
    "prepareAction": (
        {"action": _RETURN, "on_behalf_of": _BEHALF},
        {"plan": _PLAN, "token": _TOKEN, "expires_at": "2026-11-29T10:30:00Z", "needs_yes": True},
    ),
    "confirmAction": ({"token": _TOKEN, "on_behalf_of": _BEHALF}, {"plan": _PLAN, "case": _CASE, "again": False}),
    "doAction": (
        {"action": {"action": "read_order", "order": "1001"}},
        {
            "plan": {**_PLAN, "action": {"action": "read_order", "order": "1001"}, "refund": None, "facts": {"of": "4711"}},
            "case": None,
            "again": False,
        },
    ),
    "listCases": (None, {"cases": [_CASE], "next": None}),
    "addPhoto": ({"photo": "/9j/4AAQSkZJRgABAQ=="}, {"photo": "kQ1Jd8mJmJrPz0Hc1Y6bqg"}),
    "listArticles": (None, {"articles": [_ARTICLE], "next": None}),
    "readArticle": (None, {**_ARTICLE, "body": "# Returns\n\nYou may return anything within 30 days.\n"}),
    "bringInArticles": (
        {
            "key": "returns",
            "content": "# Returns\n\nYou may return anything within 30 days.",
            "language": "en",
            "valid_until": "2027-06-30",
        },
        {"added": 1, "changed": 0, "unchanged": 0, "removed": 0, "passages": 36},
    ),
    "askKnowledge": (
        {"question": "¿Cuánto tiempo tengo para devolver?", "language": "es"},
        {
            "quote": {
                "text": "You may return anything within 30 days.",
                "title": "Returns",
                "path": ["Returns"],
                "url": "https://shop.example/returns",
                "language": "en",
                "as_of": "2026-11-22",
                "valid_until": "2027-06-30",
                "article_id": "12",
            },
            "why_none": None,
            "passages": [
                {
                    "article_id": "12",
                    "title": "Returns",
                    "heading": "Returns",
                    "text": "You may return anything within 30 days.",
                    "score": 0.8214,
                    "expired": False,
                }
            ],
        },
    ),
    "removeArticle": (None, None),
    "readTalks": (None, _TALKS),
    "putTalks": ({"changes": _TALKS["changes"], "note": "our own hello"}, _TALKS),
    "readPolicy": (None, _POLICY),
    "draftPolicy": (
        {"policy": {"returning": {"days": 45, "reason_needed": False}}, "note": "Christmas"},
        {**_POLICY, "version": 4, "live_from": None},
    ),
    "putPolicyInForce": (None, {**_POLICY, "version": 4}),
    "readCase": (None, {**_CASE, "events": [_STEP]}),
    "approveCase": ({"seen": "2f6c1b9a4d7e08c35a", "percent": 80, "words": "The box was opened."}, {**_CASE, "decided_by": "key 3"}),
    "refuseCase": (
        {"reason": "not_eligible", "words": "The seal is broken."},
        {**_CASE, "state": "refused", "decided_by": "key 3", "decision": "not_eligible: The seal is broken."},
    ),
    "askAboutCase": ({"words": "Could you send us a photo of the seam?"}, {**_CASE, "state": "requested", "decided_by": ""}),
    "receiveCase": ({"why": "At the counter."}, {**_CASE, "state": "received"}),
    "inspectCase": (
        {"lines": [{"line_id": "1", "received": 1, "disposition": "restock", "condition": "opened"}]},
        {**_CASE, "state": "settling"},
    ),
    "settleCase": ({"amount": {"amount_minor": 2500, "currency": "EUR"}}, {**_CASE, "state": "settling"}),
    "closeCase": ({"why": "The bank says so."}, {**_CASE, "state": "closed"}),
    "cancelCase": ({"why": "She keeps it."}, {**_CASE, "state": "cancelled"}),
    "listErrands": (None, {"errands": [_ERRAND], "next": None}),
    "readErrand": (None, _ERRAND),
    "answerErrand": (
        {"outcome": "done", "reason": "Refunded by card", "external_id": "re_9021"},
        {
            **_ERRAND,
            "state": "done",
            "answered_at": "2026-11-24T11:20:00Z",
            "answer": "Refunded by card",
            "external_id": "re_9021",
        },
    ),
    "listHandovers": (None, {"handovers": [_HANDOVER], "next": None}),
    "readHandover": (None, _HANDOVER),
    "assignHandover": ({"user_id": "12"}, _HANDOVER),
    "closeHandover": (
        {"reason": "solved"},
        {**_HANDOVER, "state": "closed", "closed_at": "2026-11-24T10:40:00Z", "close_reason": "solved"},
    ),
    "noteOnHandover": ({"text": "Promised a call on Friday."}, _HANDOVER),
    "readPerformance": (None, _PERFORMANCE),
    "readReturnInsight": (None, _RETURNED),
    "readTalkInsight": (None, _TALK_INSIGHT),
    "readEstimator": (None, {"trained_at": "2026-11-22T03:12:00Z", "deliveries": 4210, "kept": 4262, "fresh": 52, "needed": 200} | _JUDGED),
    "listMessages": (None, {"messages": [_MESSAGE], "next": None}),
    "readMessage": (None, _MESSAGE_WHOLE),
    "listUnknownCodes": (
        None,
        {
            "unknown_codes": [
                {
                    "carrier": "correos",
                    "carrier_code": "ZX77",
                    "carrier_text": "Incidencia 77",
                    "times": 3,
                    "first_at": "2026-11-20T10:00:00Z",
                    "last_at": "2026-11-22T10:00:00Z",
                    "suggestions": [{"event_type": "exception", "confidence": 0.65}],
                }
            ],
            "next": None,
        },
    ),
    "listSigningKeys": (None, {"signing_keys": [_SIGNING_KEY]}),
    "makeSigningKey": (
        None,
        {
            "signing_keys": [
                {**_SIGNING_KEY, "kid": "9Xf…", "made_at": "2026-11-22T10:00:00Z", "signs": False, "signs_from": "2026-11-22T10:10:00Z"},
                _SIGNING_KEY,
            ]
        },
    ),
    "withdrawSigningKey": (None, {"signing_keys": [_SIGNING_KEY]}),
    "listCodeMappings": (
        None,
        {"code_mappings": [{**_MAPPING, "id": "7", "made_at": "2026-11-22T10:00:00Z", "replaying": False, "scans": 3}]},
    ),
    "mapCode": (_MAPPING, {"id": "7"}),
    "unmapCode": (None, None),
    "listDeadLetters": (
        None,
        {
            "dead_letters": [
                {
                    "id": "9001",
                    "provider": "aftership",
                    "connection": "AfterShip",
                    "received_at": "2026-11-22T10:00:00Z",
                    "failed_at": "2026-11-22T10:00:01Z",
                    "error": "BadInputError",
                    "detail": "the body is not JSON",
                    "size": 1204,
                }
            ],
            "next": None,
        },
    ),
    "replayDeadLetters": ({"ids": ["9001"]}, {"replayed": 1}),
    "listSuppressions": (None, {"suppressions": [_SUPPRESSION], "next": None}),
    "addSuppression": ({"channel": "email", "address": "gone@customer.example"}, {**_SUPPRESSION, "reason": "imported"}),
    "importSuppressions": (
        {
            "suppressions": [
                {"channel": "email", "address": "gone@customer.example", "reason": "bounced"},
                {"channel": "sms", "address": "555"},
            ]
        },
        {
            "taken": 1,
            "new": 1,
            "bad": [
                {
                    "position": 1,
                    "why": "address: must be an e-mail address, or a phone number with country code such as +34600111222, as the channel takes it",
                }
            ],
        },
    ),
    "liftSuppression": (None, None),
    "recordConsent": (_CONSENT, {**_CONSENT, "source": "api"}),
    "listWebhooks": (None, {"webhooks": [_ENDPOINT]}),
    "addWebhook": ({"url": _ENDPOINT["url"], "name": "Warehouse"}, {**_ENDPOINT, "secret": "whsec_…"}),
    "removeWebhook": (None, None),
    "listAppMessages": (None, {"messages": [_APP_MESSAGE], "next": None}),
    "streamAppMessages": (None, None),
    "tellAppReached": (None, None),
    "tellAppRead": (None, None),
    "sendAppReply": (
        {"client_id": "5f0c1c0e", "text": "", "choice": "reschedule", "message_id": _APP_MESSAGE["id"]},
        {"client_id": "5f0c1c0e"},
    ),
    "readMe": (
        None,
        {
            "merchant": "teapots",
            "merchant_name": "Teapots",
            "key_name": "ERP",
            "scopes": ["orders:read", "orders:write"],
            "rate_per_s": 50.0,
        },
    ),
}
