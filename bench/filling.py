"""An empty database → a shop with so many shipments behind it, some under way, and rows in every table that grows."""

from datetime import datetime, timedelta

from doorstep.cli.benching.load import make_load
from doorstep.cli.benching.stage import Stage, accept, settle, take
from doorstep.cli.benching.stored import store
from doorstep.steps.batch import work_batch
from doorstep.store.partitions import ensure_months

#: Webhooks carried, and webhooks left waiting.
_CARRIED, _WAITING = 4_000, 3_000
_BATCH = 500

# $1 merchant, $2 shipments stored. What `store` does not copy, for one stored shipment in so many.
_ROWS = (
    # The copies' ids tell no time: give them such as messages have.
    """update message set state = 'sent', rank = 3, provider_id = message_id::text, message_id = (
        lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0') || '7' || substr(md5(message_id::text), 1, 3)
        || '8' || substr(md5(message_id::text), 4, 15))::uuid
    where merchant_id = $1 and order_id >= 1000000000 and $2::bigint > 0""",
    """insert into consent (merchant_id, address, purpose, granted, source, at)
    select $1, 'stored.' || i || '@customer.example', 'marketing', true, 'checkout', now() - interval '1 minute' * i from generate_series(0, $2::bigint - 1, 5) i""",
    """insert into suppression (merchant_id, channel, address, purpose, reason, at)
    select $1, 'email', 'stored.' || i || '@customer.example', '', 'bounced', now() - interval '1 minute' * i from generate_series(0, $2::bigint - 1, 20) i""",
    """insert into topic_off (merchant_id, address, topic, at)
    select $1, 'stored.' || i || '@customer.example', 'delivery', now() from generate_series(0, $2::bigint - 1, 20) i""",
    """insert into reply (merchant_id, connection_id, provider_id, channel, sender, recipient, text, keyword, received_at)
    select $1, 5, i::text, 'email', 'stored.' || i || '@customer.example', 'orders@shop.example', 'thank you', '', now() from generate_series(0, $2::bigint - 1, 20) i""",
    """insert into audit (merchant_id, actor, action) select $1, 'user 1', 'log_in' from generate_series(0, $2::bigint - 1, 20) i""",
    """insert into pitfall (merchant_id, shipment_id, kind, opened_at, found_at, severity, rank, closed_at)
    select $1, 1000000000 + i, case mod(i, 500) when 0 then 'lost' else 'delayed' end, now() - interval '1 minute' * mod(i, 500000), now(),
        case mod(i, 500) when 0 then 'critical' else 'low' end, case mod(i, 500) when 0 then 3 else 1 end, case mod(i, 50) when 0 then null else now() end
    from generate_series(0, $2::bigint - 1, 10) i""",
    """insert into past_delivery (merchant_id, shipment_id, ended_on, document)
    select $1, 1000000000 + i, now()::date - mod(i, 400)::int, decode(repeat('20', 150), 'hex') from generate_series(0, $2::bigint - 1, 5) i""",
    """insert into former_token (merchant_id, token, shipment_id)
    select $1, md5('f' || i), 1000000000 + i from generate_series(0, $2::bigint - 1, 50) i""",
    """insert into idempotency (merchant_id, key, request_hash, status, created_at)
    select $1, 'key-' || i, 'x', 200, now() - interval '20 hours' * random() from generate_series(0, $2::bigint - 1, 20) i""",
    """with kept as (
        insert into inbox (merchant_id, received_month, received_at, connection_id, delivery_key, body)
        select $1, date_trunc('month', at)::date, at, 2, decode(md5(i::text), 'hex'), decode(repeat('20', 500), 'hex')
        from (select i, now() - interval '1 minute' * mod(i, 500000) as at from generate_series(0, $2::bigint - 1, 10) i) x
        returning *
    ) insert into dead_letter (merchant_id, inbox_id, received_month, connection_id, failed_at, error, detail)
    select merchant_id, inbox_id, received_month, connection_id, received_at, 'BadInputError', 'it is no JSON' from kept where mod(inbox_id, 10) = 0""",
    """insert into send_attempt (merchant_id, message_id, attempt, started_at, ended_at, outcome)
    select merchant_id, message_id, 1, created_at, created_at, 'sent' from message where merchant_id = $1 and order_id >= 1000000000 and $2::bigint > 0""",
    """insert into short_link (merchant_id, message_id, code, month, made_at, leads_to, token, marks)
    select merchant_id, message_id, message_id::text, month, created_at, 'parcel', '', true from message
    where merchant_id = $1 and order_id >= 1000000000 and $2::bigint > 0""",
    """insert into cases (merchant_id, case_id, rma, once, kind, action, state, order_id, email, document, opened_at, since, look_at)
    overriding system value select $1, 1000000000 + i, 'R-' || i, 'yes ' || i, 'return', 'open_return', case mod(i, 500) when 0 then 'settling' else 'closed' end,
        1000000000 + i, 'stored.' || i || '@customer.example', '{"kind": "return", "action": "open_return", "state": "closed"}',
        now() - interval '1 minute' * i, now() - interval '1 minute' * i, case mod(i, 500) when 0 then now() + interval '1 day' end
    from generate_series(0, $2::bigint - 1, 10) i""",
    """insert into conversation (merchant_id, conversation_id, channel, address, connection_id, opened_at, last_in_at, open)
    overriding system value select $1, 1000000000 + i, 'email', 'stored.' || i || '@customer.example', 2, now() - interval '1 minute' * i,
        now() - interval '1 minute' * i, mod(i, 4) > 0 from generate_series(0, $2::bigint - 1, 5) i""",
    """update reply set conversation_id = c.conversation_id from conversation c
    where reply.merchant_id = $1 and c.merchant_id = $1 and c.channel = reply.channel and c.address = reply.sender and $2::bigint > 0""",
    """insert into talk (merchant_id, conversation_id, customer_id, memory, going_on, updated_at)
    select merchant_id, conversation_id, conversation_id, '{"frames": [{"talk": "where"}]}', mod(conversation_id, 5) = 0, last_in_at
    from conversation where merchant_id = $1 and $2::bigint > 0""",
    """insert into turn (merchant_id, conversation_id, reply_id, came_at, state, due_at, intent, answered)
    select merchant_id, conversation_id, reply_id, received_at, case mod(reply_id, 50) when 0 then 'waiting' else 'answered' end, received_at, 'track.where', true
    from reply where merchant_id = $1 and conversation_id is not null and $2::bigint > 0""",
    """insert into handover (merchant_id, handover_id, conversation_id, reason, summary, language, queue, priority, state, assignee, asked_at, due_at,
        touched_at, closed_at, answered_at)
    overriding system value select merchant_id, conversation_id, conversation_id, 'asked', '', (array['en', 'es', 'de', 'fr'])[1 + mod(conversation_id, 4)],
        case mod(conversation_id, 3) when 0 then 'returns' else 'support' end, 1 + mod(conversation_id, 3),
        case when not open then 'closed' when mod(conversation_id, 50) = 5 then 'held' else 'waiting' end,
        case when mod(conversation_id, 50) = 5 then mod(conversation_id, 50) end, last_in_at, last_in_at + interval '1 hour', last_in_at,
        case when not open then last_in_at + interval '1 hour' end, last_in_at + interval '20 minutes'
    from conversation where merchant_id = $1 and conversation_id >= 1000000000 and $2::bigint > 0""",
    """insert into errand (merchant_id, errand_id, case_id, once, target, kind, body, state, way, message_id, made_at, look_at)
    overriding system value select $1, case_id, case_id, once, 'payment', 'refund', '{"order": "1"}',
        case state when 'closed' then 'done' else 'sent' end, 'shop', md5(case_id::text)::uuid, opened_at, look_at
    from cases where merchant_id = $1 and $2::bigint > 0""",
    """insert into profile (merchant_id, connection_id, external_id, email, document, changed_at)
    select $1, o.connection_id, 'stored-' || o.order_id, o.email, json_build_object('customer', 'stored-' || o.order_id), now()
    from orders o where o.merchant_id = $1 and o.order_id >= 1000000000 and $2::bigint > 0""",
    """insert into payment_method (merchant_id, connection_id, external_id, method_id, kind, balance_minor, currency)
    select merchant_id, connection_id, external_id, 'gift', 'gift_card', 1000, 'EUR' from profile where merchant_id = $1 and $2::bigint > 0""",
    """insert into payment (merchant_id, order_id, once, method_id, amount_minor, currency, refund)
    select o.merchant_id, o.order_id, 'paid ' || n, 'gift', 1000, 'EUR', n = 2 from orders o, generate_series(1, 2) n
    where o.merchant_id = $1 and o.order_id >= 1000000000 and $2::bigint > 0""",
    """insert into variant (merchant_id, connection_id, variant_id, product_id, document, stock, changed_at)
    select $1, (select min(connection_id) from orders where merchant_id = $1), 'v' || i, 'p' || i / 5,
        json_build_object('variant_id', 'v' || i, 'product_id', 'p' || i / 5, 'price', json_build_object('amount_minor', 100, 'currency', 'EUR')), 9, now()
    from generate_series(0, $2::bigint - 1, 2) i""",
    """insert into receipt (merchant_id, message_id, state, provider_code, provider_text, at)
    select merchant_id, message_id, 'sent', '250', 'OK', created_at from message where merchant_id = $1 and order_id >= 1000000000 and $2::bigint > 0""",
)


async def fill(on: Stage, shipments: int, now: datetime) -> None:
    """Let some webhooks be carried and some wait, store so many shipments, and let the planner count them."""
    async with on.database.system() as tx:
        await ensure_months(tx, (now - timedelta(days=430)).date(), now.date())
    carried = make_load(_CARRIED, now, seed=1)
    await take(on, carried.orders, now)
    await accept(on, carried.webhooks, now)
    while (await work_batch(on.database, on.directory, now, _BATCH)).rows:
        pass
    await store(on, shipments, lambda _: None)
    waiting = make_load(_WAITING, now, seed=2)
    await take(on, waiting.orders, now)
    await accept(on, waiting.webhooks[: _WAITING // 2], now)
    while (await work_batch(on.database, on.directory, now, _BATCH)).rows:
        pass
    await accept(on, waiting.webhooks[_WAITING // 2 :], now)
    async with on.database.system() as tx:
        for statement in _ROWS:
            await tx.execute(statement, on.merchant_id, shipments, timeout=1800)
    await settle(on)
