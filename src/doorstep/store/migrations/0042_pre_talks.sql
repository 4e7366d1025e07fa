-- What a talk remembers between two turns.
create table talk (
    merchant_id     bigint not null references merchant,
    conversation_id bigint not null,
    customer_id     bigint,                   -- null: not known who this is
    memory          json not null,            -- domain.talking.memory.Memory
    going_on        boolean not null,         -- a request is under way: it may be taken up on another channel
    updated_at      timestamptz not null,
    primary key (merchant_id, conversation_id)
);
create index talk_customer on talk (customer_id, merchant_id, updated_at) where customer_id is not null and going_on;
alter table talk enable row level security;
create policy own_rows on talk to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on talk to doorstep_web;
-- One utterance of a customer, and what was understood, said and done.
create table turn (
    merchant_id     bigint not null references merchant,
    turn_id         bigint generated always as identity,
    conversation_id bigint not null,
    reply_id        bigint not null,
    came_at         timestamptz not null,
    state           text not null check (state in ('waiting', 'answered', 'silent', 'failed')),
    due_at          timestamptz not null,     -- when it is taken up, or again
    tries           int not null default 0,
    turned_at       timestamptz,              -- null: not yet
    took_ms         real,
    driver          text not null default '', -- 'offline', 'model'; '' nobody answered
    language        text not null default '',
    talk            text not null default '',
    intent          text not null default '',
    confidence      real not null default 0,
    order_id        bigint,
    answered        boolean not null default false, -- it got an answer, not only a question back
    handover        text not null default '', -- domain.talking.handovers.HandoverReason; '' none
    unanswered      boolean not null default false, -- the shop's knowledge had nothing
    message_id      uuid,                     -- what was said back; null: nothing
    understood      json,                     -- domain.talking.understood.Understood
    did             json,                     -- list of domain.talking.turns.Did
    said            json,                     -- keys of what was said, what was offered
    primary key (merchant_id, turn_id)
);
create unique index turn_reply on turn (merchant_id, reply_id);
create index turn_waiting on turn (due_at) where state = 'waiting';
create index turn_conversation on turn (merchant_id, conversation_id, turn_id);
create index turn_came on turn (merchant_id, came_at);
alter table turn enable row level security;
create policy own_rows on turn to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on turn to doorstep_web;
