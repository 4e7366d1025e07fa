-- What waits for a human already becomes a hand-over.
insert into handover (merchant_id, conversation_id, reason, summary, order_id, language, queue, priority, state, asked_at, due_at, touched_at)
select c.merchant_id, c.conversation_id, 'no_answer', '', c.order_id, '', 'support', 2, 'waiting', c.last_in_at, c.last_in_at + interval '1 hour', c.last_in_at
from conversation c where c.open and c.last_in_at is not null
on conflict do nothing;
update conversation set open = false where open and last_in_at is null;
