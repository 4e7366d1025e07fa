"""Every table of the catalogue, two merchants with rows in each → neither reads, changes, deletes or forges the other's."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
import pytest

from doorstep.conversations.learning import Proposed
from doorstep.domain.actions.arguments import ReadOrder
from doorstep.domain.actions.cases import Case
from doorstep.domain.actions.kinds import ActionKind, CaseKind, CaseState, MethodKind, Outside
from doorstep.domain.actions.known import KnownCustomer, KnownVariant, Method, Paid
from doorstep.domain.actions.plans import Errand, ErrandKind
from doorstep.domain.helpdesks import Heard, HeardKind
from doorstep.domain.labels import MadeLabel
from doorstep.domain.messages import Attachment, Device, Message, Rendered
from doorstep.domain.money import Money
from doorstep.domain.orders import Customer, Order
from doorstep.domain.people import IdentityKind
from doorstep.domain.talking.following import Outcome, PromiseKind
from doorstep.domain.talking.learning import Change, ChangeKind, Kind, Measure
from doorstep.domain.talking.memory import Memory
from doorstep.domain.vocabulary import ChannelKind, Lead, Purpose, Unfetched
from doorstep.errors import ConflictError, NotFoundError
from doorstep.store import (
    access,
    alarms,
    asks,
    assistants,
    backtests,
    case_files,
    case_looks,
    case_queue,
    cases,
    checkpoints,
    confirmations,
    connections,
    contacts,
    conversations,
    customer_sessions,
    decisions,
    desk,
    errands,
    estimators,
    fallbacks,
    follow_ups,
    going,
    goods,
    helpdesks,
    idempotency,
    imports,
    inbox,
    intent_models,
    knowledge,
    labels,
    learning,
    mailboxes,
    message_lists,
    messages,
    model_turns,
    one_time_codes,
    opting_in,
    orders,
    people,
    policies,
    push,
    receipts,
    recipients,
    reply_files,
    returned,
    short_links,
    signing,
    talk_figures,
    talk_versions,
    talks,
    tallies,
    templates,
    turns,
    unanswered,
    wallet,
)
from doorstep.store.case_queue import Tab
from doorstep.store.database import Database, Tx
from doorstep.store.orders import KeptOrder
from doorstep.store.partitions import ensure_months
from doorstep.store.sealing import Sealer

#: Tables that belong to no merchant, each with the reason.
NOBODYS = {"migration": "which steps this database has taken; says nothing of any merchant, and doorstep_web has no grant on it"}

MINE, STRANGER = 1, 2
_AT = "'2026-11-18T11:00:00Z'"
_ID = "'01a1ee50-4380-7000-8000-00000000000' || m"  # a version 7 id of November 2026, ending in the merchant
_JSON = "'{}'"

#: A row of each table, as SQL over `m`, the merchant; in an order that foreign keys allow. The key is 7 where it is a number, for
#: both merchants: nothing but merchant_id tells their rows apart.
ROWS: dict[str, dict[str, str]] = {
    "merchant": {"slug": "'shop-' || m", "name": "'A shop'"},
    "desk_user": {"user_id": "7", "email": "m || '@shop.example'", "password_hash": "'scrypt$$'", "role": "'owner'"},
    "desk_session": {"session_hash": "m::text::bytea", "user_id": "7", "csrf": "'c'", "expires_at": _AT},
    "api_key": {"key_id": "7", "key_hash": "m::text::bytea", "hint": "'ds_'", "name": "'n'", "scopes": "'{orders}'"},
    "attempt": {"key": "'k'", "left_over": "1", "at": _AT},
    "connection": {
        "connection_id": "7",
        "kind": "'channel'",
        "provider": "'email'",
        "name": "'n'",
        "hook_token": "'hook-' || m",
    },
    "inbox": {
        "inbox_id": "7",
        "received_month": "'2026-11-01'",
        "received_at": _AT,
        "connection_id": "7",
        "delivery_key": "'k'",
        "body": "'b'",
    },
    "inbox_due": {"inbox_id": "7", "received_month": "'2026-11-01'", "received_at": _AT, "due_at": _AT},
    "dead_letter": {
        "inbox_id": "7",
        "received_month": "'2026-11-01'",
        "connection_id": "7",
        "failed_at": _AT,
        "error": "'BadInputError'",
        "detail": "'d'",
    },
    "orders": {
        "order_id": "7",
        "connection_id": "7",
        "external_id": "'1001'",
        "number": "'#1001'",
        "number_key": "'1001'",
        "token": "'order-' || m",
        "email": "'ana@customer.example'",
        "document": """'{"external_id": "1001", "number": "#1001"}'""",
        "postcode_key": "'28004'",
    },
    "variant": {
        "connection_id": "7",
        "variant_id": "'v'",
        "product_id": "'p'",
        "document": """'{"variant_id": "v", "product_id": "p", "name": "Pot", "price": {"amount_minor": 1, "currency": "EUR"}}'""",
        "stock": "5",
        "held": "1",
        "changed_at": _AT,
    },
    "profile": {
        "connection_id": "7",
        "external_id": "'ana'",
        "email": "'ana@customer.example'",
        "document": """'{"customer": "ana"}'""",
        "changed_at": _AT,
    },
    "payment_method": {
        "connection_id": "7",
        "external_id": "'ana'",
        "method_id": "'g'",
        "kind": "'gift_card'",
        "balance_minor": "100",
        "currency": "'EUR'",
    },
    "payment": {"payment_id": "7", "order_id": "7", "once": "'p'", "amount_minor": "100", "currency": "'EUR'", "refund": "false"},
    "wallet_order": {"order_id": "7", "digest": "'d'", "updated_at": _AT},
    "wallet_device": {"order_id": "7", "device": "'phone'", "order_type": "'order.type'", "push_token": "'aa'", "registered_at": _AT},
    "shipment": {
        "shipment_id": "7",
        "order_id": "7",
        "token": "'parcel-' || m",
        "carrier": "'gls'",
        "tracking_number": "'N1'",
        "pitfalls": "'{lost}'",
    },
    "pitfall": {
        "pitfall_id": "7",
        "shipment_id": "7",
        "kind": "'lost'",
        "opened_at": _AT,
        "found_at": _AT,
        "severity": "'critical'",
        "rank": "3",
    },
    "past_delivery": {"shipment_id": "7", "ended_on": "'2026-11-18'", "document": "'d'"},
    "estimator": {"kept": "1", "fresh": "1", "trained_at": _AT, "deliveries": "1", "figures": _JSON, "learnt": "'l'"},
    "gap_count": {"carrier": "'gls'", "service": "''", "lane": "'ES-ES'", "stage": "'transit'", "bucket": "3", "times": "1"},
    "day_count": {
        "carrier": "'gls'",
        "service": "''",
        "origin": "'ES'",
        "destination": "'ES'",
        "area": "'28'",
        "part": "'transit'",
        "days": "3",
        "times": "1",
        "weight": "1",
        "as_of": "'2026-11-16'",
    },
    "tally_due": {"due_id": "7", "shipment_id": "7"},
    "tally": {"shipment_id": "7", "week": "'2026-11-16'", "carrier": "'gls'", "service": "''", "lane": "'ES-ES'", "counts": _JSON},
    "tally_count": {
        "cut": "'carrier'",
        "week": "'2026-11-16'",
        "carrier": "'gls'",
        "service": "''",
        "lane": "'ES-ES'",
        "measure": "'finished'",
        "times": "1",
    },
    "unit_count": {"week": "'2026-11-16'", "product": "'p'", "variant": "'v'", "units": "1"},
    "signing_key": {"key_id": "'k'", "public": "'p'", "secret": "'s'", "made_at": _AT},
    "leg": {"tracking_number": "'N1'", "shipment_id": "7"},
    "asker": {"connection_id": "7", "credential": "'c'"},
    "ask_count": {"connection_id": "7", "day": "'2026-11-18'"},
    "ask_credential": {"credential": "'c'", "left_over": "1", "at": _AT},
    "asking": {"shipment_id": "7", "connection_id": "7", "tracking_number": "'N1'", "carrier": "'gls'", "known_at": _AT, "ask_at": _AT},
    "ask_attempt": {"attempt_id": "7", "connection_id": "7", "numbers": "1", "started_at": _AT},
    "former_token": {"token": "'former-' || m", "shipment_id": "7"},
    "checkpoint": {
        "shipment_id": "7",
        "month": "'2026-11-01'",
        "fingerprint": "'f'",
        "event_type": "'delivered'",
        "said": _JSON,
        "inbox_id": "7",
        "received_at": _AT,
    },
    "unknown_code": {"carrier": "'gls'", "carrier_code": "'X'", "carrier_text": "'x'", "times": "1", "first_at": _AT, "last_at": _AT},
    "code_mapping": {
        "everywhere": "false",
        "carrier": "'gls'",
        "carrier_code": "'X'",
        "carrier_text": "''",
        "event_type": "'delivered'",
        "made_by": "'cli'",
        "made_at": _AT,
        "replays_left": "0",
    },
    "decision": {
        "why_key": "'w'",
        "trigger": "'shipment.delivered'",
        "subject_kind": "'shipment'",
        "subject_id": "7",
        "occurrence": "''",
        "order_id": "7",
        "outcome": "'waiting'",
        "message_id": f"({_ID})::uuid",
        "decided_at": _AT,
    },
    "skip_count": {"day": "'2026-11-18'", "trigger": "'shipment.delivered'", "reason": "'capped'", "times": "3"},
    "action_due": {"why_key": "'w'", "due_at": _AT, "order_id": "7", "action": _JSON},
    "message_frame": {"frame_id": "'f'", "texts": "'t'"},
    "message": {
        "message_id": f"({_ID})::uuid",
        "month": "'2026-11-01'",
        "created_at": _AT,
        "channel": "'email'",
        "connection_id": "7",
        "recipient": "'ana@customer.example'",
        "locale": "'en'",
        "purpose": "'transactional'",
        "topic": "'t'",
        "template": "'delivered'",
        "trigger": "'shipment.delivered'",
        "why_key": "'w'",
        "order_id": "7",
        "subject": "'s'",
        "text": "'t'",
        "html": "''",
        "why": "'y'",
        "state_at": _AT,
        "provider_id": "'p-1'",
        "state": "'read'",
    },
    "message_cost": {"message_id": f"({_ID})::uuid", "amount": "0.05", "currency": "'EUR'", "at": _AT},
    "click": {"message_id": f"({_ID})::uuid", "url": "'https://shop.example'", "machine": "false", "first_at": _AT, "last_at": _AT},
    "short_link": {
        "message_id": f"({_ID})::uuid",
        "code": "'code-' || m",
        "month": "'2026-11-01'",
        "made_at": _AT,
        "leads_to": "'parcel'",
        "token": "'parcel-' || m",
        "marks": "true",
    },
    "fallback": {
        "message_id": f"({_ID})::uuid",
        "month": "'2026-11-01'",
        "due_at": _AT,
        "order_id": "7",
        "actions": "'[]'",
        "tried": "'{sms}'",
    },
    "push_subscription": {
        "subscription_id": "7",
        "address": "'ana@customer.example'",
        "order_id": "7",
        "endpoint": "'https://push.example/1'",
        "p256dh": "'p'",
        "auth": "'a'",
        "locale": "'en'",
        "created_at": _AT,
    },
    "customer": {"customer_id": "7", "created_at": _AT},
    "customer_identity": {
        "kind": "'email'",
        "value": "'ana@customer.example'",
        "customer_id": "7",
        "source": "'reply'",
        "first_at": _AT,
        "verified_at": _AT,
    },
    "customer_change": {
        "change_id": "7",
        "kind": "'merge'",
        "from_id": "7",
        "to_id": "8",
        "identities": "'[]'",
        "actor": "'cli'",
        "why": "'y'",
        "at": _AT,
    },
    "conversation": {
        "conversation_id": "7",
        "channel": "'sms'",
        "address": "'+34600000001'",
        "connection_id": "7",
        "customer_id": "7",
        "opened_at": _AT,
        "last_in_at": _AT,
    },
    "handover": {
        "handover_id": "7",
        "conversation_id": "7",
        "reason": "'asked'",
        "summary": "'s'",
        "order_id": "7",
        "language": "'es'",
        "queue": "'support'",
        "priority": "2",
        "state": "'held'",
        "assignee": "7",
        "asked_at": _AT,
        "due_at": _AT,
        "touched_at": _AT,
        "csat_asked_at": _AT,
        "csat_message_id": f"({_ID})::uuid",
    },
    "handover_entry": {
        "entry_id": "7",
        "conversation_id": "7",
        "handover_id": "7",
        "at": _AT,
        "kind": "'note'",
        "actor": "'user 7'",
        "text": "'t'",
    },
    "agent": {"user_id": "7", "name": "'Ana'", "available": "true"},
    "macro": {"macro_id": "7", "name": "'n'", "texts": _JSON},
    "outbox": {"message_id": f"({_ID})::uuid", "month": "'2026-11-01'", "connection_id": "7", "due_at": _AT},
    "send_attempt": {"message_id": f"({_ID})::uuid", "attempt": "1", "started_at": _AT},
    "receipt": {
        "receipt_id": "7",
        "message_id": f"({_ID})::uuid",
        "state": "'sent'",
        "provider_code": "''",
        "provider_text": "''",
        "at": _AT,
    },
    "reply": {
        "reply_id": "7",
        "connection_id": "7",
        "provider_id": "'r-1'",
        "channel": "'sms'",
        "sender": "'+34600000001'",
        "recipient": "'+15005550006'",
        "text": "'hello'",
        "keyword": "''",
        "received_at": _AT,
        "conversation_id": "7",
    },
    "reply_file": {"reply_id": "7", "position": "0", "name": "'n'", "content_type": "'image/png'", "size": "1", "content": "'c'"},
    "file_due": {"reply_id": "7", "position": "0", "due_at": _AT, "wanted_at": _AT, "trouble": "'gone'"},
    "consent": {
        "consent_id": "7",
        "address": "'ana@customer.example'",
        "purpose": "'marketing'",
        "granted": "true",
        "source": "'checkout'",
        "at": _AT,
    },
    "consent_asked": {
        "asked_id": "7",
        "address": "'ana@customer.example'",
        "purpose": "'marketing'",
        "source": "'page'",
        "wording": "'w'",
        "locale": "'en'",
        "asked_at": _AT,
    },
    "suppression": {"channel": "'email'", "address": "'ana@customer.example'", "purpose": "''", "reason": "'bounced'", "at": _AT},
    "topic_off": {"address": "'ana@customer.example'", "topic": "'t'", "at": _AT},
    "chosen_locale": {"address": "'ana@customer.example'", "at": _AT, "locale": "'es'"},
    "idempotency": {"key": "'i-1'", "request_hash": "'h'", "status": "201", "response": "'{}'", "created_at": _AT},
    "import_progress": {"file_hash": "'h'", "lines_done": "12", "at": _AT},
    "approved_template": {
        "connection_id": "7",
        "name": "'doorstep_shipped'",
        "language": "'es'",
        "status": "'approved'",
        "document": '\'{"name": "doorstep_shipped", "language": "es", "body": "Hola"}\'',
        "at": _AT,
    },
    "approval_due": {"connection_id": "7", "due_at": _AT},
    "mailbox_trouble": {"connection_id": "7", "since": _AT, "why": "'w'", "times": "1", "due_at": _AT, "refused": "false"},
    "one_time_code": {
        "code_id": "7",
        "handle_hash": "sha256(('handle-' || m)::bytea)",
        "code_hash": "'h'",
        "person": "'p'",
        "kind": "'email'",
        "address": "'ana@customer.example'",
        "made_at": _AT,
        "expires_at": "'2026-11-18T11:10:00Z'",
    },
    "customer_session": {"session_hash": "sha256(('session-' || m)::bytea)", "seen_at": _AT, "expires_at": "'2026-11-18T23:00:00Z'"},
    "assistant_client": {"client_id": "'dc-' || m", "name": "'Helper'", "redirects": "'{}'", "made_at": _AT, "used_at": _AT},
    "assistant_grant": {
        "grant_id": "7",
        "client_id": "'dc-' || m",
        "name": "'Helper'",
        "scopes": "'{orders:read}'",
        "kind": "'email'",
        "address": "'ana@customer.example'",
        "locale": "'en'",
        "made_at": _AT,
        "expires_at": "'2026-12-18T11:00:00Z'",
        "code_hash": "sha256(('code-' || m)::bytea)",
        "code_expires_at": "'2026-12-18T11:00:00Z'",
        "challenge": "'c'",
        "redirect": "'https://a.example/'",
        "access_hash": "sha256(('access-' || m)::bytea)",
        "access_expires_at": "'2026-12-18T11:00:00Z'",
        "family_hash": "sha256(('family-' || m)::bytea)",
        "refresh_hash": "sha256(('refresh-' || m)::bytea)",
    },
    "alarm": {
        "day": "'2026-11-18'",
        "kind": "'guessing'",
        "subject": "'s'",
        "what": "'network'",
        "hint": "'198.51.100.1'",
        "times": "1",
        "first_at": _AT,
        "last_at": _AT,
    },
    "cases": {
        "case_id": "7",
        "rma": "'R-7'",
        "once": "'o'",
        "kind": "'return'",
        "action": "'open_return'",
        "state": "'approved'",
        "order_id": "7",
        "email": "'ana@customer.example'",
        "document": """'{"kind": "return", "action": "open_return", "state": "approved", "lines": [{"line_id": "1", "quantity": 1, "comment": "c"}]}'""",
        "opened_at": _AT,
        "since": _AT,
        "look_at": _AT,
    },
    "case_event": {"case_id": "7", "event_id": "7", "at": _AT, "actor": "'customer'", "state": "'approved'"},
    "case_file": {
        "file_id": "7",
        "token": "'file-' || m",
        "order_id": "7",
        "case_id": "7",
        "kind": "'photo'",
        "content_type": "'image/png'",
        "body": "'b'",
        "created_at": _AT,
    },
    "prepared": {
        "prepared_id": "7",
        "token_hash": "sha256(('token-' || m)::bytea)",
        "digest": "'d'",
        "action": """'{"action": "read_order", "order": "1"}'""",
        "asker": "'ana'",
        "order_id": "7",
        "created_at": _AT,
        "expires_at": "'2026-11-18T11:30:00Z'",
    },
    "action_policy": {"version": "1", "document": _JSON, "made_by": "'user 7'", "made_at": _AT, "live_from": _AT},
    "talk_version": {"version": "1", "document": _JSON, "made_by": "'user 7'", "made_at": _AT, "live_from": _AT},
    "intent_utterance": {"text": "'bin it'", "label": "'order.cancel'", "source": "'desk'", "added_by": "'user 7'", "added_at": _AT},
    "intent_model": {
        "version": "1",
        "trained_at": _AT,
        "trained_by": "'user 7'",
        "utterances": "1",
        "taught_with": "'w'",
        "upon": "'u'",
        "artefact": "'m'",
        "judged": _JSON,
        "live_from": _AT,
    },
    "refusal_count": {"day": "'2026-11-18'", "action": "'open_return'", "code": "'window'", "asked": "1"},
    "errand": {
        "errand_id": "7",
        "case_id": "7",
        "once": "'e'",
        "target": "'shop'",
        "kind": "'refund'",
        "state": "'waiting'",
        "made_at": _AT,
        "look_at": _AT,
    },
    "talk": {
        "conversation_id": "7",
        "customer_id": "7",
        "memory": """'{"frames": [{"talk": "cancel_order"}]}'""",
        "going_on": "true",
        "updated_at": _AT,
    },
    "turn": {
        "turn_id": "7",
        "conversation_id": "7",
        "reply_id": "7",
        "came_at": _AT,
        "state": "'waiting'",
        "due_at": _AT,
        "intent": "'order.cancel'",
        "answered": "true",
    },
    "model_day": {"connection_id": "7", "day": "'2026-11-18'", "turns": "1", "micros": "5"},
    "model_rest": {"connection_id": "7", "failures": "1"},
    "model_turn": {
        "model_turn_id": "7",
        "connection_id": "7",
        "conversation_id": "7",
        "at": _AT,
        "model": "'small'",
        "outcome": "'used'",
        "limits": _JSON,
        "text": "'t'",
    },
    "label_try": {"errand_id": "7", "provider": "'easypost'", "tries": "1"},
    "helpdesk_link": {
        "link_id": "7",
        "connection_id": "7",
        "conversation_id": "7",
        "handover_id": "7",
        "key": "'doorstep-k' || m",
        "remote_id": "'100'",
        "state": "'open'",
        "message_id": f"({_ID})::uuid",
        "made_at": _AT,
        "told_at": _AT,
        "look_at": _AT,
    },
    "helpdesk_word": {
        "connection_id": "7",
        "remote_id": "'w-1'",
        "link_id": "7",
        "kind": "'said'",
        "of": "'w-0'",
        "text": "'t'",
        "heard_at": _AT,
        "untold": "'why'",
    },
    "knowledge": {"version": "3"},
    "article": {
        "article_id": "7",
        "key": "'faq.md'",
        "origin": "'faq.md'",
        "title": "'Shipping'",
        "body": "'Two days.'",
        "digest": "'d'",
        "passages": "1",
        "kept_at": _AT,
        "seen_at": _AT,
    },
    "passage": {
        "article_id": "7",
        "place": "0",
        "path": "'{Shipping}'",
        "text": "'Two days.'",
        "vectors": "'v'",
        "heading": "'{=delivery}'",
        "tokens": "'{=delivery}'",
        "read_by": "'r'",
    },
    "unanswered": {"unanswered_id": "7", "question": "'why?'", "question_key": "'why'", "at": _AT, "why": "'not_near'", "score": "0.1"},
    "contact": {
        "contact_id": "7",
        "conversation_id": "7",
        "sitting_at": _AT,
        "person": "7",
        "subject": "'parcel'",
        "order_id": "7",
        "talk": "'where'",
        "began_at": _AT,
        "ended_at": _AT,
        "answered": "true",
        "answered_at": _AT,
    },
    "follow_up": {
        "follow_up_id": "7",
        "conversation_id": "7",
        "turn_id": "7",
        "kind": "'arrives'",
        "once": "'arrives 7'",
        "order_id": "7",
        "shipment_id": "7",
        "made_at": _AT,
        "due_at": _AT,
        "state": "'waiting'",
        "message_id": f"({_ID})::uuid",
    },
    "proposal": {
        "proposal_id": "7",
        "key": "'k'",
        "week": "'2026-11-16'",
        "kind": "'escalated'",
        "name": "'rings'",
        "size": "2",
        "examples": "'[]'",
        "change": """'{"kind":"look"}'""",
        "state": "'proposed'",
        "made_at": _AT,
    },
    "learning_week": {"week": "'2026-11-16'", "looked_at": _AT, "turns": "2"},
    "audit": {"audit_id": "7", "actor": "'cli'", "action": "'made'"},
}
TABLES = sorted(ROWS)
NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)

# Everything a role could read or write rows of, months of a partitioned table apart.
_RELATIONS = """
select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition
"""
_UNFENCED = """
select c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> all($1)
  and not (c.relrowsecurity and exists (
      select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*' and 'doorstep_web'::regrole = any(p.polroles)
          and pg_get_expr(p.polqual, c.oid) like '%merchant_id = (current_setting(''doorstep.merchant_id''%'))
"""
_LAX = """
select p.polname || ' on ' || p.polrelid::regclass from pg_policy p
where pg_get_expr(p.polqual, p.polrelid) is distinct from '(merchant_id = (current_setting(''doorstep.merchant_id''::text))::bigint)'
   or p.polwithcheck is not null
"""
_REACHED = """
select c.relname, c.relkind, c.relispartition, p.may from pg_class c
cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (may)
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and has_table_privilege('doorstep_web', c.oid, p.may)
"""


class _UndoneError(Exception):
    """Rolls a transaction back."""


def _insert(table: str, merchant: str = "$1") -> str:
    given = ROWS[table]
    values = ", ".join(given.values())
    return f"insert into {table} (merchant_id, {', '.join(given)}) overriding system value select m, {values} from (select {merchant}::bigint) as x (m)"


@pytest.fixture(scope="module")
async def houses(database_named: Callable[[str], AbstractAsyncContextManager[Database]]) -> AsyncIterator[Database]:
    """A database in which two merchants have a row in every table, alike but for merchant_id and what is unique to all."""
    async with database_named("strangers_tables") as opened:
        async with opened.system() as tx:
            await ensure_months(tx, NOW.date(), NOW.date())
            for table in ROWS:
                for merchant in (MINE, STRANGER):
                    await tx.execute(_insert(table), merchant)
        yield opened


async def _count(tx: Tx, table: str, where: str = "true") -> int:
    found: int = await tx.fetchval(f"select count(*) from {table} where {where}")
    return found


async def test_every_table_of_the_catalogue_is_tried_here_or_named_with_a_reason(houses: Database) -> None:
    async with houses.system() as tx:
        there = {row["relname"] for row in await tx.fetch(_RELATIONS)}
    assert there == set(ROWS) | set(NOBODYS)
    assert all(NOBODYS.values())


async def test_every_table_is_fenced_by_its_merchant_for_reading_and_writing(houses: Database) -> None:
    async with houses.system() as tx:
        assert await tx.fetch(_UNFENCED, list(NOBODYS)) == []
        assert await tx.fetch(_LAX) == []


async def test_a_new_table_without_a_fence_would_be_found(houses: Database) -> None:
    with pytest.raises(_UndoneError):
        async with houses.system() as tx:
            await tx.execute("create table left_open (merchant_id bigint primary key)")
            assert [row["relname"] for row in await tx.fetch(_UNFENCED, list(NOBODYS))] == ["left_open"]
            await tx.execute("alter table left_open enable row level security; create policy lax on left_open to doorstep_web using (true)")
            assert [row["relname"] for row in await tx.fetch(_UNFENCED, list(NOBODYS))] == ["left_open"]
            assert len(await tx.fetch(_LAX)) == 1
            raise _UndoneError


async def test_the_merchants_role_may_do_no_more_than_read_and_write_rows(houses: Database) -> None:
    async with houses.system() as tx:
        role = await tx.fetchrow("select * from pg_roles where rolname = 'doorstep_web'")
        reached = {(row["relname"], row["may"]) for row in await tx.fetch(_REACHED)}
        owned = await tx.fetchval("select count(*) from pg_class where relowner = 'doorstep_web'::regrole")
        above = await tx.fetchval("select count(*) from pg_auth_members where member = 'doorstep_web'::regrole")
        climbing = await tx.fetch("select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef")
        makes = await tx.fetchval("select has_schema_privilege('doorstep_web', 'public', 'create')")
    assert not any(role[power] for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication", "rolcanlogin"))
    assert reached == {(table, may) for table in ROWS for may in ("select", "insert", "update", "delete")}
    assert (owned, above, climbing, makes) == (0, 0, [], False)


@pytest.mark.parametrize("table", TABLES)
async def test_a_merchant_sees_its_own_row_and_no_strangers(houses: Database, table: str) -> None:
    for merchant, other in ((MINE, STRANGER), (STRANGER, MINE)):
        async with houses.for_merchant(merchant) as tx:
            assert await _count(tx, table) == 1
            assert await _count(tx, table, f"merchant_id = {merchant}") == 1
            assert await _count(tx, table, f"merchant_id = {other}") == 0


@pytest.mark.parametrize("table", TABLES)
async def test_a_merchant_updates_and_deletes_no_strangers_row(houses: Database, table: str) -> None:
    async with houses.for_merchant(STRANGER) as tx:
        column = list(ROWS[table])[-1]
        assert await tx.execute(f"delete from {table} where merchant_id = $1", MINE) == "DELETE 0"
        assert await tx.execute(f"update {table} set {column} = {column} where merchant_id = $1", MINE) == "UPDATE 0"
        assert await tx.execute(f"update {table} set {column} = {column}") == "UPDATE 1"
        assert await tx.execute(f"select from {table} where merchant_id = {MINE} for update") == "SELECT 0"
    async with houses.system() as tx:
        assert await _count(tx, table) == 2


@pytest.mark.parametrize("table", TABLES)
async def test_a_merchant_writes_no_row_in_a_strangers_name(houses: Database, table: str) -> None:
    async with houses.system() as tx:  # so that nothing but the fence stands in the way
        await tx.execute(
            "insert into merchant (merchant_id, slug, name) overriding system value values (3, 'shop-3', 'New') on conflict do nothing"
        )
    for theirs in (3, MINE):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with houses.for_merchant(STRANGER) as tx:
                await tx.execute(_insert(table), theirs)
    async with houses.system() as tx:
        assert await _count(tx, table, "merchant_id <> 3") == 2
        await tx.execute("delete from merchant where merchant_id = 3")


@pytest.mark.parametrize("table", [table for table in TABLES if table != "merchant"])
async def test_a_merchant_gives_no_row_of_its_own_to_a_stranger(houses: Database, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with houses.for_merchant(STRANGER) as tx:
            await tx.execute(f"update {table} set merchant_id = $1", MINE)


@pytest.mark.parametrize("table", TABLES)
async def test_a_merchant_empties_a_table_of_its_own_rows_only(houses: Database, table: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with houses.for_merchant(STRANGER) as tx:
            await tx.execute(f"truncate {table} cascade")
    with pytest.raises(_UndoneError):
        async with houses.for_merchant(STRANGER) as tx:
            for referring in [
                t
                for t in reversed(ROWS)
                if table in {"merchant", t}
                or (table, t)
                in {("customer", "customer_identity"), ("orders", "payment"), ("orders", "cases"), ("assistant_client", "assistant_grant")}
            ]:
                await tx.execute(f"delete from {referring}")
            await tx.execute("reset role")
            assert await _count(tx, table) == 1
            assert await _count(tx, table, f"merchant_id = {MINE}") == 1
            raise _UndoneError


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_merchant_nothing_is_seen(houses: Database, table: str) -> None:
    for setting in (None, "", "0", "nobody"):
        with pytest.raises((asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError, LookupError)):
            async with houses.system() as tx:
                await tx.execute("set local role doorstep_web")
                if setting is not None:
                    await tx.execute("select set_config('doorstep.merchant_id', $1, true)", setting)
                if await _count(tx, table) == 0:
                    raise LookupError(table)
                pytest.fail(f"{table} is open")


async def test_a_fence_ends_with_its_transaction_and_the_next_one_has_its_own(houses: Database, postgres: str) -> None:
    alone = await Database.open(postgres.replace("/postgres?", "/strangers_tables?"), most=1)
    for merchant in (MINE, STRANGER, MINE):
        async with alone.for_merchant(merchant) as tx:
            assert await tx.fetchval("select array_agg(merchant_id) from orders") == [merchant]
            assert await tx.fetchval("select current_user::text") == "doorstep_web"
        async with alone.system() as tx:
            assert await _count(tx, "orders") == 2
            assert not await tx.fetchval("select current_setting('doorstep.merchant_id', true)")
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with alone.for_merchant(MINE) as tx:
            await tx.execute("select 1 / 0")
    async with alone.system() as tx:
        assert await _count(tx, "orders") == 2
    await alone.close()


@pytest.mark.parametrize("reached", ["migration", "inbox_rest", "inbox_2026_11", "checkpoint_2026_11", "message_2026_11", "message_rest"])
async def test_a_merchant_reaches_no_month_by_its_own_name_nor_what_is_nobodys(houses: Database, reached: str) -> None:
    for attempt in (f"select * from {reached}", f"delete from {reached}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with houses.for_merchant(STRANGER) as tx:
                await tx.execute(attempt)


async def _wallet_devices(tx: Tx, merchant: int) -> tuple[Device, ...]:
    message = Message(
        message_id="m",
        merchant_id=merchant,
        channel=ChannelKind.WALLET,
        to="",
        content=Rendered(),
        locale="en",
        purpose=Purpose.TRANSACTIONAL,
        topic="t",
        created_at=NOW,
    )
    leased = messages.Leased(message=message, connection_id=7, month=NOW.date(), attempt=1, order_id=7)
    return (await wallet.devices(tx, [leased]))["m"]


def _another_of_ana(merchant: int) -> KeptOrder:
    order = Order(external_id="2", number="#2", customer=Customer(email="ana@customer.example"))
    return KeptOrder(merchant_id=merchant, order_id=8, connection_id=7, token="another", order=order)


def _link_of(merchant: int) -> helpdesks.KeptLink:
    return helpdesks.KeptLink(
        merchant_id=merchant,
        link_id=7,
        connection_id=7,
        conversation_id=7,
        handover_id=7,
        key="forged",
        remote_id="forged",
        state=helpdesks.LinkState.FAILED,
        told_reply_id=9,
        told_at=NOW,
        deed="",
        upto_reply_id=0,
        message_id=None,
        noting="",
        agent="forged",
        why="forged",
        made_at=NOW,
        look_at=None,
    )


_A_CASE = Case(case_id=7, order_id=7, kind=CaseKind.RETURN, action=ActionKind.OPEN_RETURN, state=CaseState.APPROVED)


async def _asked(tx: Tx, merchant: int) -> dict[str, object]:
    """What the store's readers say when they are asked for this merchant by id."""
    message = UUID("01a1ee50-4380-7000-8000-000000000001")
    return {
        "asks.shown": await asks.shown(tx, merchant, 7, NOW.date()),
        "access.keys": await access.keys(tx, merchant),
        "access.owners": await access.owners(tx, merchant),
        "connections.active_channels": await connections.active_channels(tx, merchant),
        "message_lists.times_told": await message_lists.times_told(
            tx, merchant, ["ana@customer.example"], "shipment.delivered", NOW.replace(year=2020)
        ),
        "message_lists.last_told": await message_lists.last_told(
            tx, merchant, ChannelKind.EMAIL, "ana@customer.example", ["shipment.delivered"], NOW.replace(year=2020)
        ),
        "connections.connections": await connections.connections(tx, Sealer(b"k" * 32), merchant),
        "connections.merchants": await connections.merchants(tx, [merchant]),
        "inbox.dead_letters": await inbox.dead_letters(tx, merchant),
        "checkpoints.unknown": await checkpoints.unknown(tx, merchant),
        "decisions.skips": await decisions.skips(tx, merchant, NOW.date()),
        "decisions.of_order": await decisions.of_order(tx, merchant, 7),
        "decisions.completed": await decisions.completed(tx, [(merchant, 7, b"w")]),
        "decisions.told_by": await decisions.told_by(tx, [(merchant, 7, str(message))]),
        "desk.shipments": await desk.shipments(tx, merchant),
        "desk.search": await desk.search(tx, merchant, "ana@customer.example"),
        "desk.statuses": await desk.statuses(tx, merchant),
        "desk.states": await desk.states(tx, merchant, NOW),
        "desk.problems": await desk.problems(tx, merchant),
        "desk.changes": await desk.changes(tx, merchant),
        "message_lists.one": await message_lists.one(tx, merchant, message),
        "message_lists.page": await message_lists.page(tx, merchant),
        "message_lists.of_order": await message_lists.of_order(tx, merchant, 7),
        "message_lists.to_whom": await message_lists.to_whom(tx, merchant, message),
        "receipts.by_provider": await receipts.by_provider(tx, merchant, "p-1"),
        "receipts.told_of, the cost": (await receipts.told_of(tx, merchant, message))[0],
        "receipts.told_of, the clicks": (await receipts.told_of(tx, merchant, message))[1],
        "fallbacks.one": await fallbacks.one(tx, merchant, message),
        "push.devices": await push.devices(tx, [(merchant, "ana@customer.example", None), (merchant, "ana@customer.example", 7)]),
        "push.of_order": await push.of_order(tx, merchant, 7),
        "push.left": await push.left(tx, merchant, "ana@customer.example"),
        "people.whose": await people.whose(tx, merchant, [(IdentityKind.EMAIL, "ana@customer.example")]),
        "people.identities": await people.identities(tx, merchant, 7),
        "people.one": await people.one(tx, merchant, 7),
        "people.changes": await people.changes(tx, merchant, 7),
        "conversations.one": await conversations.one(tx, merchant, 7),
        "conversations.page": await conversations.page(tx, merchant, (NOW.replace(year=2030), 99), 9, only_open=True),
        "conversations.of_customer": await conversations.of_customer(tx, merchant, 7),
        "conversations.last_in": await conversations.last_in(tx, [(merchant, ChannelKind.SMS, "+34600000001")]),
        "conversations.came_since": await conversations.came_since(tx, merchant, 7, NOW.replace(year=2020), 9),
        "conversations.before": any(await conversations.before(tx, merchant, 7, 7, "r-1")),
        "conversations.lately": await conversations.lately(tx, merchant, ChannelKind.EMAIL, "ana@customer.example", NOW.replace(year=2020)),
        "conversations.told": await conversations.told(tx, merchant, ChannelKind.EMAIL, "ana@customer.example", NOW.replace(year=2020)),
        "conversations.replies": await conversations.replies(tx, merchant, 7),
        "reply_files.of": await reply_files.of(tx, merchant, [7]),
        "reply_files.one": await reply_files.one(tx, merchant, 7, 0),
        "conversations.of_reply": await conversations.of_reply(tx, merchant, 7),
        "conversations.page, all": await conversations.page(tx, merchant, (NOW.replace(year=2030), 99), 9, only_open=False),
        "recipients.consents_of": await recipients.consents_of(tx, merchant, ["ana@customer.example"]),
        "opting_in.of": await opting_in.of(tx, merchant, ["ana@customer.example"]),
        "orders.accompanied": await orders.accompanied(tx, [_another_of_ana(merchant)]),
        "orders.of_number": await orders.of_number(tx, merchant, "#1001", 9),
        "orders.of_postcode": await orders.of_postcode(tx, merchant, "28 004", 9),
        "one_time_codes.asked": await one_time_codes.asked(tx, merchant, b"p", NOW.replace(year=2020)),
        "one_time_codes.sent": await one_time_codes.sent(tx, merchant, "ana@customer.example", NOW.replace(year=2020)),
        "customer_sessions.is_alive": await customer_sessions.is_alive(tx, merchant, f"session-{merchant}", NOW, timedelta(minutes=30)),
        "assistants.client_of": await assistants.client_of(tx, merchant, f"dc-{merchant}"),
        "assistants.clients": await assistants.clients(tx, merchant, NOW),
        "assistants.one": await assistants.one(tx, merchant, 7),
        "assistants.by_code": await assistants.by_code(tx, merchant, f"code-{merchant}", NOW),
        "assistants.by_access": await assistants.by_access(tx, merchant, f"access-{merchant}", NOW),
        "assistants.by_family": await assistants.by_family(tx, merchant, f"family-{merchant}", f"refresh-{merchant}", NOW),
        "assistants.of_person": await assistants.of_person(tx, merchant, "email", "ana@customer.example", NOW),
        "assistants.page": await assistants.page(tx, merchant, None, 9),
        "alarms.today": (await alarms.today(tx, merchant, NOW))["times"],
        "alarms.listed": await alarms.listed(tx, merchant, NOW.date()),
        "orders.of_contact": await orders.of_contact(tx, merchant, "email", "ana@customer.example", 9),
        "recipients.evidence": await recipients.evidence(tx, [(merchant, "ana@customer.example")], NOW.replace(year=2020)),
        "recipients.suppressions": await recipients.suppressions(tx, merchant),
        "recipients.standing": (await recipients.standing(tx, [(merchant, "ana@customer.example")], NOW))[
            merchant, "ana@customer.example"
        ].consents,
        "recipients.wishes": (await recipients.wishes(tx, [(merchant, "ana@customer.example")]))[merchant, "ana@customer.example"].consents,
        "recipients.standing, the language": (await recipients.standing(tx, [(merchant, "ana@customer.example")], NOW))[
            merchant, "ana@customer.example"
        ].locale,
        "tallies.sums": await tallies.sums(tx, merchant, date(2026, 11, 2), date(2026, 11, 30), "carrier"),
        "tallies.measured": await tallies.measured(tx, merchant, date(2026, 11, 2), date(2026, 11, 30), ["finished"]),
        "returned.counts": (await returned.counts(tx, merchant, date(2026, 11, 16), date(2026, 11, 16)))["requests"],
        "returned.counts, what arrived": (await returned.counts(tx, merchant, date(2026, 11, 16), date(2026, 11, 16)))["arrived_units"],
        "returned.said": await returned.said(tx, merchant, date(2026, 11, 16), date(2026, 11, 16)),
        "backtests.since": await backtests.since(tx, merchant, NOW.replace(year=2020), [CaseKind.RETURN], 9),
        "backtests.lately": await backtests.lately(tx, merchant, ["ana@customer.example"], NOW.replace(year=2020), NOW.replace(year=2030)),
        "estimators.figures": await estimators.figures(tx, merchant),
        "estimators.history": await estimators.history(tx, merchant),
        "estimators.read": await estimators.read(tx, [merchant]),
        "estimators.there": (await estimators.there(tx)).get(merchant),
        "signing.verifying": await signing.verifying(tx, merchant),
        "signing.every": await signing.every(tx, merchant),
        "wallet.held": await wallet.held(tx, [(merchant, 7)]),
        "wallet.changed": await wallet.changed(tx, [merchant], "order.type", "phone", NOW.replace(year=2020)),
        "wallet.devices": await _wallet_devices(tx, merchant),
        "templates.of": await templates.of(tx, merchant, 7),
        "templates.due": await templates.due(tx, merchant, 7),
        "templates.usable": (await templates.usable(tx, [merchant]))[merchant],
        "going.going": (await going.going(tx, merchant, 7, NOW)).states,
        "mailboxes.troubles": await mailboxes.troubles(tx, merchant),
        "helpdesks.of_conversation": await helpdesks.of_conversation(tx, merchant, 7),
        "helpdesks.link_of": await helpdesks.link_of(tx, merchant, 7, Heard(kind=HeardKind.RESOLVED, remote_id="100")),
        "helpdesks.link_of, by our key": await helpdesks.link_of(
            tx, merchant, 7, Heard(kind=HeardKind.RESOLVED, remote_id="", key=f"doorstep-k{merchant}")
        ),
        "helpdesks.lock": await helpdesks.lock(tx, merchant, 7),
        "helpdesks.wrote": await helpdesks.wrote(tx, merchant, 7, 0, 9),
        "helpdesks.last_reply": await helpdesks.last_reply(tx, merchant, 7),
        "helpdesks.contents": await helpdesks.contents(tx, [(merchant, 7, 0)]),
        "helpdesks.to_note": await helpdesks.to_note(tx, _link_of(merchant)),
        "cases.read": await cases.read(tx, [(merchant, 7)]),
        "cases.by_once": await cases.by_once(tx, merchant, "o"),
        "cases.by_rma": await cases.by_rma(tx, merchant, "R-7"),
        "cases.of_orders": await cases.of_orders(tx, [(merchant, 7)]),
        "cases.of_email": await cases.of_email(tx, merchant, "ana@customer.example", NOW),
        "cases.page": await cases.page(tx, merchant),
        "case_queue.queue": await case_queue.queue(tx, merchant, Tab.OPEN, NOW, after=(NOW.replace(year=2020), 0)),
        "case_queue.newest": await case_queue.newest(tx, merchant, Tab.ALL, before=99),
        "case_queue.search": await case_queue.search(tx, merchant, "R-7"),
        "case_queue.counts": [times for times in (await case_queue.counts(tx, merchant, NOW)).values() if times],
        "case_queue.errands": await case_queue.errands(tx, merchant, 7),
        "case_queue.photos": await case_queue.photos(tx, merchant, _A_CASE),
        "case_queue.photo": await case_queue.photo(tx, merchant, _A_CASE, 7),
        "errands.one": await errands.one(tx, merchant, 7),
        "errands.lock": await errands.lock(tx, merchant, 7),
        "errands.of_cases": await errands.of_cases(tx, merchant, [7]),
        "errands.page": await errands.page(tx, merchant),
        "errands.message_of": await errands.message_of(tx, merchant, message),
        "cases.counts": await cases.counts(tx, merchant, [CaseState.APPROVED], NOW),
        "cases.events": await cases.events(tx, merchant, [7]),
        "confirmations.find": await confirmations.find(tx, merchant, f"token-{merchant}"),
        "confirmations.refusals": await confirmations.refusals(tx, merchant, NOW.date(), NOW.date()),
        "knowledge.version": await knowledge.version(tx, merchant),
        "knowledge.standing": await knowledge.standing(tx, merchant, ["faq.md"], "faq.md"),
        "knowledge.passage_count": await knowledge.passage_count(tx, merchant),
        "knowledge.every": await knowledge.every(tx, merchant),
        "knowledge.read": await knowledge.read(tx, merchant, 7),
        "knowledge.by_key": await knowledge.by_key(tx, merchant, "faq.md"),
        "knowledge.passages_of": await knowledge.passages_of(tx, merchant, 7),
        "knowledge.listed": await knowledge.listed(tx, merchant, "shipping"),
        "unanswered.open_questions": await unanswered.open_questions(tx, merchant),
        "contacts.sitting": await contacts.sitting(tx, merchant, 7),
        "talk_figures.counts": (await talk_figures.counts(tx, merchant, (date(2026, 11, 16),) * 2, NOW, timedelta(days=7)))["talks"],
        "learning.listed": await learning.listed(tx, merchant, ["proposed"], 9),
        "learning.one": await learning.one(tx, merchant, 7),
        "unanswered.read": await unanswered.read(tx, merchant, 7),
        "talk_versions.live": await talk_versions.live(tx, merchant),
        "talk_versions.read": await talk_versions.read(tx, merchant, 1),
        "talk_versions.versions": await talk_versions.versions(tx, merchant),
        "policies.live": await policies.live(tx, merchant, NOW),
        "policies.read": await policies.read(tx, merchant, 1),
        "policies.versions": await policies.versions(tx, merchant),
        "intent_models.utterances": await intent_models.utterances(tx, merchant, 9),
        "intent_models.counts": await intent_models.counts(tx, merchant),
        "intent_models.versions": await intent_models.versions(tx, merchant),
        "intent_models.read": await intent_models.read(tx, merchant, 1),
        "intent_models.live": (await intent_models.live(tx)).get(merchant),
        "intent_models.artefact": await intent_models.artefact(tx, merchant, 1),
        "orders.named": await orders.named(tx, merchant, [7], "1001"),
        "talks.read": (await talks.read(tx, merchant, 7)).frames,
        "talks.elsewhere": (await talks.elsewhere(tx, merchant, 7, 8, NOW.replace(year=2020))).frames,
        "turns.next_due": [row for row in [await turns.next_due(tx, NOW, NOW)] if row is not None and row["merchant_id"] == merchant],
        "turns.take": await turns.take(tx, merchant, 7, NOW),
        "turns.of": await turns.of(tx, merchant, 7),
        "turns.times": await turns.times(tx, merchant, 7, "order.cancel", NOW.replace(year=2020)),
        "model_turns.spent": (await model_turns.spent(tx, merchant, 7, NOW.date())).month_micros,
        "model_turns.read": await model_turns.read(tx, merchant, 7),
        "model_turns.of_conversation": await model_turns.of_conversation(tx, merchant, 7),
        "model_turns.newest": await model_turns.newest(tx, merchant, 7),
        "goods.variants": await goods.variants(tx, merchant, 7, ["p"]),
        "goods.products_of": await goods.products_of(tx, merchant, 7, ["v"]),
        "goods.products": await goods.products(tx, merchant, 7),
        "goods.profiles": await goods.profiles(tx, merchant, 7, ["ana"]),
        "goods.by_email": await goods.by_email(tx, merchant, "ana@customer.example"),
        "goods.methods": await goods.methods(tx, merchant, 7, ["ana"]),
        "goods.payments": await goods.payments(tx, merchant, [7]),
        "imports.lines_done": await imports.lines_done(tx, merchant, b"h"),
    }


async def test_every_reader_of_the_store_tells_a_stranger_nothing(houses: Database) -> None:
    async with houses.system() as tx:
        said = await _asked(tx, MINE)
    assert all(said.values()), [name for name, answer in said.items() if not answer]
    async with houses.for_merchant(STRANGER) as tx:
        heard = await _asked(tx, MINE)
        assert not any(heard.values()), [name for name, answer in heard.items() if answer]


async def test_tokens_and_slugs_of_a_stranger_lead_nowhere(houses: Database) -> None:
    async with houses.for_merchant(STRANGER) as tx:
        assert await connections.by_hook_token(tx, Sealer(b"k" * 32), "hook-1") is None
        assert await connections.by_hook_token(tx, Sealer(b"k" * 32), "hook-2") is not None
        assert await short_links.find(tx, "code-1") is None
        assert (await short_links.find(tx, "code-2"))["merchant_id"] == STRANGER
        with pytest.raises(NotFoundError):
            await connections.merchant_by_slug(tx, "shop-1")
        with pytest.raises(NotFoundError):
            await connections.one(tx, Sealer(b"k" * 32), MINE, 7)
        assert await orders.read(tx, [(MINE, 7)]) == {}


async def test_writers_of_the_store_change_nothing_of_a_strangers(houses: Database) -> None:
    async with houses.for_merchant(STRANGER) as tx:
        assert await inbox.replay(tx, MINE, None, NOW) == 0
        assert not await connections.pause(tx, MINE, 7, "forged")
        assert not await connections.remove(tx, MINE, 7)
        await estimators.keep(tx, MINE, b"forged", NOW, deliveries=9, figures="{}", fresh=0)
        await estimators.let_go(tx, MINE, NOW)
        await estimators.forget(tx, date(2030, 1, 1))
        assert not await signing.withdraw(tx, MINE, "k", NOW)
        with pytest.raises(ConflictError):
            await connections.set_host(tx, MINE, "forged.example")
        await connections.note_told(tx, MINE, 7, NOW, "forged")
        await access.revoke_key(tx, MINE, 7, NOW)
        await decisions.withdraw(tx, [(MINE, b"w")])
        await wallet.forget(tx, MINE, ["aa"])
        assert not await wallet.unregister(tx, MINE, 7, "phone")
        assert await wallet.register(tx, MINE, 7, "forged", "order.type", "bb", NOW) is None
        await imports.forget(tx, MINE, b"h")
        assert await templates.claim(tx, NOW, NOW, 8) == [(STRANGER, 7)]
        await templates.done(tx, (MINE, 7), NOW, NOW, NOW, "forged")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.transaction():
                await templates.want(tx, MINE, 7, NOW)
        stands = templates.KeptTemplate(name="doorstep_shipped", language="es", status="disabled", at=NOW)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.transaction():
                await templates.keep(tx, MINE, 7, [stands])
        await recipients.lift(tx, MINE, "email", "ana@customer.example", "")
        await fallbacks.forget(tx, MINE, UUID("01a1ee50-4380-7000-8000-000000000001"))
        await conversations.asked(tx, MINE, 7, NOW)
        assert not await conversations.set_open(tx, MINE, 7, is_open=False)
        for forged in (people.merge(tx, MINE, 7, 8, "x", "y", NOW), people.undo(tx, MINE, 7, "x", NOW)):
            with pytest.raises(NotFoundError):
                await forged
        with pytest.raises(NotFoundError):
            await people.split(tx, MINE, 7, [(IdentityKind.EMAIL, "ana@customer.example")], "x", "y", NOW)
        await idempotency.answer(tx, MINE, "i-1", 500, b"forged")
        await idempotency.sweep(tx, NOW.replace(year=2030))
    async with houses.system() as tx:
        assert await tx.fetchval("select revoked_at from api_key where merchant_id = 1") is None
        assert await tx.fetchval("select state || coalesce(untold, '') from connection where merchant_id = 1") == "active"
        assert await tx.fetchval("select status from idempotency where merchant_id = 1") == 201
        assert await tx.fetchval("select withdrawn_at from signing_key where merchant_id = 1") is None
        assert await tx.fetchval("select deliveries from estimator where merchant_id = 1") == 1
        assert await tx.fetchval("select host from merchant where merchant_id = 1") is None
        assert await tx.fetchval("select asked from conversation where merchant_id = 1") == 0
        assert await tx.fetchval("select status from approved_template where merchant_id = 1") == "approved"
        assert await tx.fetchval("select trouble from approval_due where merchant_id = 1") is None
        for table in ("fallback", "dead_letter", "decision", "import_progress", "suppression", "wallet_device"):
            assert await _count(tx, table) == 2
        await tx.execute(_insert("idempotency") + " on conflict do nothing", STRANGER)


async def test_codes_sessions_and_alarms_of_a_stranger_are_neither_tried_nor_ended(houses: Database) -> None:
    async with houses.for_merchant(STRANGER) as tx:
        for merchant, handle in ((MINE, "handle-1"), (STRANGER, "handle-1"), (MINE, "handle-2")):
            assert await one_time_codes.take_try(tx, merchant, handle, NOW, 5) is None
        await one_time_codes.use(tx, MINE, 7, "ana@customer.example", NOW)
        await customer_sessions.close(tx, MINE, "session-1")
        for sweep in (one_time_codes.sweep, customer_sessions.sweep, alarms.sweep):
            await sweep(tx, NOW)
        new = one_time_codes.NewCode(handle="x", code_hash=b"h", person=b"p", kind=None, address=None, expires_at=NOW)
        for forged in (
            lambda: one_time_codes.add(tx, MINE, new, NOW),
            lambda: customer_sessions.open_one(tx, MINE, "forged", NOW, NOW),
            lambda: alarms.count(tx, MINE, "order", "1001", "1001", NOW),
            lambda: alarms.may_tell(tx, MINE, NOW),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.transaction():
                    await forged()
    async with houses.system() as tx:
        assert await tx.fetchval("select tries + (used_at is not null)::int from one_time_code where merchant_id = 1") == 0
        assert await _count(tx, "customer_session") == 2
        assert await _count(tx, "alarm") == 2


async def test_what_a_strangers_assistants_asked_for_is_not_told(houses: Database) -> None:
    with pytest.raises(_UndoneError):
        async with houses.system() as tx:
            for merchant in (MINE, STRANGER):
                await connections.audit(tx, merchant, "assistant 7", "assistant.read_order", f"of {merchant}")
            assert [row["detail"] for row in await desk.assistant_calls(tx, MINE, 9)] == ["of 1"]
            await tx.execute("set local role doorstep_web")
            await tx.execute("select set_config('doorstep.merchant_id', $1, true)", str(STRANGER))
            assert await desk.assistant_calls(tx, MINE, 9) == []
            assert [row["tool"] for row in await desk.assistant_calls(tx, STRANGER, 9)] == ["read_order"]
            raise _UndoneError


async def test_assistants_of_a_strangers_customers_are_neither_turned_out_nor_let_in(houses: Database) -> None:
    issued = assistants.Issued(access="forged", until=NOW, refresh="forged", family="forged")
    async with houses.for_merchant(STRANGER) as tx:
        assert not await assistants.revoke_client(tx, MINE, "dc-1", NOW)
        assert not await assistants.revoke(tx, MINE, 7, NOW)
        assert not await assistants.exchange(tx, MINE, 7, "code-1", issued, NOW)
        assert not await assistants.rotate(tx, MINE, 7, "refresh-1", issued, NOW)
        await assistants.set_access(tx, MINE, 7, "forged", NOW)
        await assistants.set_code(tx, MINE, 7, "forged", "c", "https://evil.example/", NOW)
        await confirmations.withdraw(tx, MINE, 7)
        await assistants.sweep(tx, NOW + timedelta(days=900))
        new = assistants.NewGrant(
            client_id=None, name="forged", scopes=(), kind="email", address="ana@customer.example", locale="en", expires_at=NOW
        )
        for forged in (
            lambda: assistants.register(tx, MINE, assistants.Client(client_id="forged", name="forged", redirects=()), NOW),
            lambda: assistants.add(tx, MINE, new, NOW),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.transaction():
                    await forged()
    async with houses.for_merchant(MINE) as tx:
        found = await assistants.by_access(tx, MINE, "access-1", NOW)
        assert found is not None
        assert found[0].revoked_at is None
        assert await assistants.by_code(tx, MINE, "code-1", NOW) is not None
    async with houses.system() as tx:
        assert await tx.fetchval("select count(*) from prepared where merchant_id = 1 and expires_at <= created_at") == 0


async def test_nobody_of_a_strangers_gets_another_role(houses: Database) -> None:
    async with houses.for_merchant(STRANGER) as tx:
        with pytest.raises(NotFoundError):
            await access.set_role(tx, MINE, 7, "owner")
        assert await access.set_role(tx, STRANGER, 7, "owner") == "owner"


async def test_a_strangers_mailbox_is_neither_called_broken_nor_mended(houses: Database) -> None:
    async with houses.for_merchant(STRANGER) as tx:
        assert await mailboxes.failed(tx, (MINE, 7), NOW, "forged", refused=True) is None
        await mailboxes.over(tx, MINE, 7)
        mine = mailboxes.Trouble(
            merchant_id=MINE, connection_id=7, since=NOW, why="w", times=9, due_at=NOW, refused=True, told_at=NOW, untold="forged"
        )
        await mailboxes.again(tx, mine)
    async with houses.system() as tx:
        assert await tx.fetchval("select why || coalesce(untold, '') from mailbox_trouble where merchant_id = 1") == "w"


async def test_a_strangers_conversations_at_a_helpdesk_are_neither_changed_nor_forged(houses: Database) -> None:
    mine, said = _link_of(MINE), Heard(kind=HeardKind.SAID, remote_id="100", message_id="w-9", text="forged")
    async with houses.for_merchant(STRANGER) as tx:
        assert [one.merchant_id for one in await helpdesks.due(tx, NOW.replace(year=2030), 9)] == [STRANGER]
        assert not await helpdesks.is_told(tx, mine, "w-1")
        assert await helpdesks.files_of(tx, mine, "w-0") == []
        await helpdesks.write(tx, mine)
        await helpdesks.wake(tx, MINE, 7, NOW.replace(year=2020))
        await helpdesks.look_now(tx, [(MINE, UUID("01a1ee50-4380-7000-8000-000000000001"))], NOW.replace(year=2020))
        await helpdesks.untold(tx, mine, "w-1", "forged")
        await helpdesks.noted(tx, mine, "w-1", NOW)
        await helpdesks.link(tx, [(MINE, 7)], NOW, 9)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.transaction():
                await helpdesks.heard(tx, mine, said, "", NOW)
    async with houses.system() as tx:
        row = await tx.fetchrow("select state, key, why, look_at from helpdesk_link where merchant_id = 1")
        assert row is not None
        assert (row["state"], row["key"], row["why"], row["look_at"]) == ("open", "doorstep-k1", "", NOW)
        assert await tx.fetchval("select untold || text || coalesce(noted_at::text, '') from helpdesk_word where merchant_id = 1") == "whyt"
        assert await _count(tx, "helpdesk_link") == await _count(tx, "helpdesk_word") == 2


async def test_a_strangers_cases_and_rules_are_neither_changed_nor_forged(houses: Database) -> None:
    case = Case(case_id=7, rma="R-8", kind=CaseKind.RETURN, action=ActionKind.OPEN_RETURN, state=CaseState.CLOSED, order_id=7, since=NOW)
    shown = confirmations.Shown(digest="d", action=ReadOrder(order="1"), asker="eve", order_id=7, expires_at=NOW)
    async with houses.system() as tx:
        mine = await errands.one(tx, MINE, 7)
    assert mine is not None
    done = msgspec.structs.replace(mine, state=errands.ErrandState.DONE, answer="forged")
    step = cases.CaseEvent(at=NOW, actor="eve", was=None, state=CaseState.CLOSED)
    async with houses.for_merchant(STRANGER) as tx:
        assert await cases.lock(tx, [(MINE, 7)]) == {}
        assert [one.merchant_id for one in await cases.due(tx, NOW.replace(year=2030), 9)] == [STRANGER]
        assert [one.merchant_id for one in await errands.due(tx, NOW.replace(year=2030), 9)] == [STRANGER]
        await errands.write(tx, done)
        await errands.look_now(tx, [(MINE, UUID("01a1ee50-4380-7000-8000-000000000001"))], NOW)
        await cases.write(tx, cases.KeptCase(merchant_id=MINE, case=case, email=None))
        await confirmations.answer(tx, MINE, 7, b'{"forged": true}', NOW)
        assert not await policies.go_live(tx, MINE, 1, NOW.replace(year=2020))
        for forged in (
            cases.open_case(tx, MINE, case, "forged", None, NOW),
            cases.note(tx, MINE, 7, step),
            confirmations.keep(tx, MINE, "forged", shown, NOW),
            confirmations.count_refusals(tx, MINE, {("open_return", "window"): 9}, NOW.date()),
            policies.add(tx, MINE, b"{}", "forged", "eve", NOW),
            errands.add(tx, MINE, 7, [Errand(to=Outside.SHOP, kind=ErrandKind.REFUND)], "forged", NOW),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.transaction():
                    await forged
        await confirmations.sweep(tx, NOW.replace(year=2040))
    async with houses.system() as tx:
        assert await tx.fetchval("select state from cases where merchant_id = 1") == "approved"
        assert await tx.fetchval("select outcome from prepared where merchant_id = 1") is None
        assert await errands.one(tx, MINE, 7) == mine
        for table in ("case_event", "errand", "action_policy"):
            assert await _count(tx, table) == 2
        assert await tx.fetchval("select asked from refusal_count where merchant_id = 1") == 1


async def test_what_goes_on_in_a_strangers_talk_is_neither_answered_nor_left_nor_forged(houses: Database) -> None:
    theirs = {"merchant_id": MINE, "turn_id": 7, "conversation_id": 7}
    async with houses.for_merchant(STRANGER) as tx:
        await talks.leave(tx, MINE, 7, Memory(language="fr"))
        assert await turns.put_off(tx, MINE, 7, NOW) == 0
        await turns.wait(tx, MINE, 7, NOW.replace(year=2030))
        await turns.end(tx, MINE, 7, "failed", "forged", NOW)
        for forged in (
            lambda: turns.close(tx, theirs, turns.Closing(state="answered", took_ms=1, talk="forged"), 7, Memory(language="fr"), NOW),
            lambda: turns.add(tx, MINE, 7, 8, None, NOW, NOW),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.transaction():
                    await forged()
    async with houses.system() as tx:
        [memory] = await tx.fetch("select * from talk where merchant_id = 1")
        assert memory["going_on"]
        assert "cancel_order" in memory["memory"]
        [turn] = await tx.fetch("select * from turn where merchant_id = 1")
        assert (turn["state"], turn["tries"], turn["talk"], turn["handover"], turn["due_at"]) == ("waiting", 0, "", "", NOW)


async def test_a_strangers_model_is_neither_paid_for_nor_rested_nor_forged(houses: Database) -> None:
    turn = model_turns.KeptTurn(
        connection_id=7, conversation_id=7, turn_id=1, at=NOW, model="m", outcome="used", why="forged", context=None, limits="{}"
    )
    async with houses.for_merchant(STRANGER) as tx:
        await model_turns.settle(tx, MINE, 7, NOW.date(), (9, 9), 9)
        await model_turns.failed(tx, MINE, 7, 1, NOW, NOW)
        await model_turns.try_again(tx, MINE, 7, NOW)
        await model_turns.answered(tx, MINE, 7)
        for forged in (
            lambda: model_turns.fares(tx, MINE, 7, NOW.date()),
            lambda: model_turns.set_aside(tx, MINE, 7, NOW.date(), 9),
            lambda: model_turns.add(tx, MINE, turn),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.transaction():
                    await forged()
    async with houses.system() as tx:
        assert await tx.fetchval("select micros from model_day where merchant_id = 1") == 5
        assert await tx.fetchval("select failures from model_rest where merchant_id = 1 and rests_until is null") == 1
        assert await _count(tx, "model_turn") == 2


async def test_a_strangers_talks_are_neither_changed_nor_forged(houses: Database) -> None:
    async with houses.system() as tx:
        await tx.execute("insert into talk_version (merchant_id, version, document, made_by, made_at) values (1, 2, '{}', 'user 7', now())")
    async with houses.for_merchant(STRANGER) as tx:
        assert not await talk_versions.go_live(tx, MINE, 1, "eve", "", NOW)
        assert not await talk_versions.change(tx, MINE, 2, b'{"on": false}', "eve", NOW)
        assert not await talk_versions.drop(tx, MINE, 2)
        assert await talk_versions.draft(tx, MINE) is None
        assert await talk_versions.counts(tx, MINE, NOW.replace(year=2020)) == {}
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.transaction():
                await talk_versions.add(tx, MINE, b"{}", "forged", "eve", NOW)
    async with houses.system() as tx:
        assert await tx.fetchval("select live_by from talk_version where merchant_id = 1 and version = 1") == ""
        draft = await talk_versions.draft(tx, MINE)
        assert draft is not None
        assert draft.document == "{}"
        await tx.execute("delete from talk_version where version = 2")


async def test_a_strangers_phrases_and_models_are_neither_changed_nor_forged(houses: Database) -> None:
    forged = intent_models.NewModel(
        trained_at=NOW, trained_by="eve", utterances=1, taught_with="forged", upon="u", artefact=b"forged", judged=b"{}"
    )
    async with houses.for_merchant(STRANGER) as tx:
        assert not await intent_models.drop(tx, MINE, "bin it")
        assert not await intent_models.go_live(tx, MINE, 1, NOW)
        assert await intent_models.retire(tx, MINE, NOW) is None
        for writes in (
            intent_models.keep(tx, MINE, forged),
            intent_models.add(tx, MINE, [("forged", "order.cancel")], "desk", "eve", NOW),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.transaction():
                    await writes
    async with houses.system() as tx:
        for table in ("intent_utterance", "intent_model"):
            assert await _count(tx, table) == 2
        assert await tx.fetchval("select retired_at from intent_model where merchant_id = 1") is None


async def test_a_strangers_labels_and_looks_are_neither_changed_nor_forged(houses: Database) -> None:
    job = labels.LabelJob(merchant_id=MINE, errand_id=7, case_id=7, kind="label", body={}, sent_at=NOW)
    made = MadeLabel(content_type="application/pdf", body=b"forged")
    with pytest.raises(_UndoneError):
        async with houses.system() as tx:
            await tx.execute("update errand set kind = 'label', target = 'carrier', state = 'sent', sent_at = $1, look_at = $1", NOW)
            await tx.execute("set local role doorstep_web")
            await tx.execute("select set_config('doorstep.merchant_id', $1, true)", str(STRANGER))
            assert not await labels.note_try(tx, job, None, "forged", None)
            assert not await labels.end(tx, job, "done", NOW)
            assert await labels.stuck(tx, MINE, [7]) == {}
            await labels.try_again(tx, MINE, NOW)
            assert [one.merchant_id for one in await labels.lease(tx, NOW, NOW, 9)] == [STRANGER]
            assert [one[0] for one in await case_looks.due(tx, NOW.replace(year=2030), 9)] in ([], [STRANGER])
            assert not await case_looks.hold(tx, MINE, 7, 7, NOW.replace(year=2030))
            assert not await case_looks.new_goods_sent(tx, MINE, 7)
            assert await case_looks.awaiting_new_goods(tx, [(MINE, 7, 7, NOW.replace(year=2030))]) == []
            await case_looks.hold_order(tx, MINE, 7)
            await case_looks.wake(tx, [(MINE, 7)], NOW.replace(year=2020))
            await case_looks.put_off(tx, MINE, 7, NOW.replace(year=2040))
            for forged in (
                labels.note_told(tx, job, "forged", anew=True),
                labels.keep_file(tx, MINE, 7, 7, made, NOW),
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with tx.transaction():
                        await forged
            await tx.execute("reset role")
            assert await tx.fetchval("select count(*) from cases where merchant_id = 1 and look_at > $1", NOW.replace(year=2039)) == 0
            assert await tx.fetchval("select count(*) from errand where merchant_id = 1 and state <> 'sent'") == 0
            raise _UndoneError


async def test_a_strangers_photos_are_neither_seen_nor_taken_nor_forged(houses: Database) -> None:
    photo = case_files.CaseFile(token="forged", order_id=7, kind="photo", content_type="image/jpeg", body=b"forged")
    async with houses.system() as tx:
        await tx.execute("update case_file set case_id = null")
    async with houses.for_merchant(STRANGER) as tx:
        assert await case_files.loose(tx, MINE, 7) == 0
        assert await case_files.handed_in(tx, MINE, 7, ["file-1", "file-2"]) == set()
        assert await case_files.read(tx, MINE, 7, "file-1") is None
        assert await case_files.by_id(tx, MINE, 7) is None
        assert await case_files.photos_of(tx, MINE, 7) == []
        await case_files.adopt(tx, MINE, 7, 9, ["file-1"])
        await case_files.drop(tx, MINE, 7, "file-1")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.transaction():
                await case_files.keep(tx, MINE, photo, NOW)
        assert await case_files.sweep(tx, NOW.replace(year=2040)) == 1
    async with houses.for_merchant(MINE) as tx:
        assert await case_files.handed_in(tx, MINE, 7, ["file-1", "file-2"]) == {"file-1"}
        assert await case_files.handed_in(tx, MINE, 8, ["file-1"]) == set()
        assert await case_files.read(tx, MINE, 8, "file-1") is None


async def test_a_strangers_goods_and_money_are_neither_changed_nor_forged(houses: Database) -> None:
    variant = KnownVariant(variant_id="v", product_id="p", price=Money(9, "EUR"), stock=0)
    method = Method(method_id="g", kind=MethodKind.GIFT_CARD, balance=Money(9, "EUR"))
    told = goods.KeptVariant(merchant_id=MINE, connection_id=7, variant=variant, told_at=NOW.replace(year=2030))
    async with houses.for_merchant(STRANGER) as tx:
        assert await goods.hold(tx, {(MINE, 7, "v"): 1}) == {(MINE, 7, "v")}
        await goods.take(tx, {(MINE, 7, "v"): 1})
        await goods.withdraw_others(tx, {(MINE, 7, "p"): (NOW.replace(year=2030), [])})
        assert await goods.move_balances(tx, [((MINE, 7, "ana"), "g", Money(-50, "EUR"))]) == {((MINE, 7, "ana"), "g")}
        for forged in (
            goods.keep_variants(tx, [told]),
            goods.keep_profiles(tx, {(MINE, 7): [KnownCustomer(customer="forged")]}, NOW),
            goods.keep_methods(tx, {(MINE, 7, "ana"): [method]}),
            goods.pay(tx, [(MINE, 7, "forged", Paid(amount=Money(1, "EUR")))]),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.transaction():
                    await forged
    async with houses.system() as tx:
        assert await tx.fetchval("select stock * 10 + held from variant where merchant_id = 1") == 51
        assert await tx.fetchval("select document->>'available' from variant where merchant_id = 1") is None
        assert await tx.fetchval("select balance_minor from payment_method where merchant_id = 1") == 100
        assert [await _count(tx, table, "merchant_id = 1") for table in ("profile", "payment")] == [1, 1]


async def test_short_links_of_a_strangers_texts_are_neither_forgotten_nor_forged(houses: Database) -> None:
    async with houses.for_merchant(STRANGER) as tx:
        await short_links.forget(tx, NOW.replace(year=2030))
        link = short_links.ShortLink(code="forged", leads_to=Lead.PARCEL, token="parcel-2", marks=True)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.transaction():
                await short_links.keep(tx, [(MINE, "01a1ee50-4380-7000-8000-000000000001", NOW.date(), link)], NOW)
    async with houses.system() as tx:
        assert [row["code"] for row in await tx.fetch("select code from short_link")] == ["code-1"]
        await tx.execute(_insert("short_link"), STRANGER)


async def test_browsers_of_a_strangers_customers_are_neither_forgotten_nor_noted(houses: Database) -> None:
    device = Device(endpoint="https://push.example/1")
    async with houses.for_merchant(STRANGER) as tx:
        assert await push.remove(tx, MINE, 7, "https://push.example/1") is None
        await push.forget(tx, MINE, ["https://push.example/1"])
        await push.told(tx, MINE, ["https://push.example/1"], NOW)
        await push.failed(tx, MINE, ["https://push.example/1"])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.transaction():
                forged = push.Subscription(address="x", order_id=7, device=device, agent="", locale="en")
                await push.keep(tx, MINE, forged, NOW)
    async with houses.system() as tx:
        assert await _count(tx, "push_subscription") == 2
        assert await tx.fetchval("select failures + (last_ok_at is not null)::int from push_subscription where merchant_id = 1") == 0


async def test_files_of_a_strangers_customers_are_neither_fetched_nor_given_up(houses: Database) -> None:
    async with houses.for_merchant(STRANGER) as tx:
        (own,) = await reply_files.claim(tx, NOW, NOW, 8, 8)
        assert own.merchant_id == STRANGER
        theirs = msgspec.structs.replace(own, merchant_id=MINE, attempts=0)
        assert not await reply_files.again(tx, MINE, 7, 0, NOW)
        assert not await reply_files.fetched(tx, theirs, "forged", "image/png", b"forged")
        await reply_files.put_off(tx, theirs, NOW, reply_files.Trouble(Unfetched.PAUSED))
        await reply_files.give_up(tx, theirs, reply_files.Trouble(Unfetched.TYPE))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.transaction():
                await reply_files.keep(tx, MINE, 7, [Attachment(name="n", content_type="image/png", url="https://forged.example")], NOW)
    async with houses.system() as tx:
        assert await tx.fetchval("select trouble from file_due where merchant_id = 1 and due_at = wanted_at") == "gone"
        assert await tx.fetchval("select name || unfetched from reply_file where merchant_id = 1") == "n"


async def test_what_a_stranger_knows_is_neither_changed_nor_forged(houses: Database) -> None:
    new = knowledge.NewArticle(
        key="faq.md",
        origin="faq.md",
        title="Forged",
        body="Never.",
        language="en",
        url="",
        audience="customers",
        valid_until=None,
        digest=b"f",
        passages=(),
    )
    question = unanswered.Unanswered(
        question="forged?", question_key="forged", language="en", conversation_id=None, why="empty", article_id=None, place=None, score=0
    )
    cut = knowledge.KeptPassage(path=("Forged",), text="Never.", vectors=b"f", heading=(), tokens=(), read_by="f")
    async with houses.for_merchant(STRANGER) as tx:
        await knowledge.seen(tx, MINE, ["faq.md"], NOW)
        await knowledge.remove_keys(tx, MINE, ["faq.md"])
        assert await knowledge.remove(tx, MINE, 7) is None
        await knowledge.read_anew(tx, MINE, [(7, 0, cut)])
        await knowledge.count_quote(tx, MINE, 7, NOW)
        assert await unanswered.settle(tx, MINE, 7, "eve", NOW) == 0
        await unanswered.sweep(tx, NOW + timedelta(days=9999))
        for forging in (
            lambda: knowledge.write(tx, MINE, new, NOW),
            lambda: knowledge.changed(tx, MINE),
            lambda: knowledge.hold(tx, MINE),
            lambda: unanswered.note(tx, MINE, question, NOW),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.transaction():
                    await forging()
    async with houses.for_merchant(MINE) as tx:
        assert await knowledge.version(tx, MINE) == 3
        [article] = await knowledge.listed(tx, MINE)
        assert (article.title, article.quoted) == ("Shipping", 0)
        assert [row["text"] for row in await knowledge.every(tx, MINE)] == ["Two days."]
        assert [row["question"] for row in await unanswered.open_questions(tx, MINE)] == ["why?"]


async def test_a_strangers_contacts_promises_and_proposals_are_neither_changed_nor_forged(houses: Database) -> None:
    one = contacts.Contacted(
        conversation_id=7, person=7, subject="parcel", order_id=7, talk="where", at=NOW, sitting_at=NOW, answered=True, answered_at=NOW
    )
    promise = follow_ups.NewFollowUp(
        conversation_id=7, turn_id=7, kind=PromiseKind.ARRIVES, once="forged", order_id=7, shipment_id=7, made_at=NOW, due_at=NOW
    )
    forged = Proposed(key="f", kind=Kind.ESCALATED, name="forged", size=9, examples=(), change=Change(kind=ChangeKind.LOOK))
    async with houses.for_merchant(STRANGER) as tx:
        assert await contacts.go_on(tx, MINE, 7, one) is None
        await contacts.come_back(tx, MINE, 8, one, NOW, timedelta(days=7))
        await follow_ups.again(tx, MINE, 7, NOW + timedelta(days=9))
        await follow_ups.end(tx, MINE, 7, Outcome.GONE, None, NOW)
        await follow_ups.answered(tx, MINE, UUID("01a1ee50-4380-7000-8000-000000000001"), "ok")
        assert not await follow_ups.told_since(tx, MINE, 7, NOW - timedelta(days=9999), ["t"])
        assert not await learning.decide(tx, MINE, 7, "dismissed", "eve", None, NOW)
        await learning.measured(tx, MINE, 7, Measure(1, 1))
        assert await learning.turns(tx, MINE, NOW - timedelta(days=9999), NOW + timedelta(days=9999)) == 0
        assert not await learning.badly(tx, MINE, NOW - timedelta(days=9999), NOW + timedelta(days=9999), 9)
        for forging in (
            lambda: contacts.add(tx, MINE, one, timedelta(days=7)),
            lambda: follow_ups.add(tx, MINE, promise),
            lambda: learning.claim(tx, MINE, NOW.date(), 1, NOW),
            lambda: learning.propose(tx, MINE, NOW.date(), forged, NOW),
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.transaction():
                    await forging()
    async with houses.for_merchant(MINE) as tx:
        kept = await learning.one(tx, MINE, 7)
        assert kept is not None
        assert (kept.name, kept.state, kept.after) == ("rings", "proposed", None)
        [waits] = await tx.fetch("select state, answer from follow_up")
        assert (waits["state"], waits["answer"]) == ("waiting", "")
        assert [row["answered"] for row in await contacts.sitting(tx, MINE, 7)] == [True]
