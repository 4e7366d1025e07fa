-- Conversations that a human takes over: for each at most one that is not closed.
create table handover (
    merchant_id     bigint not null,
    handover_id     bigint generated always as identity,
    conversation_id bigint not null,
    reason          text not null,             -- domain.talking.handovers.HandoverReason, the first
    also            text[] not null default '{}', -- reasons that came while it was open
    summary         text not null,             -- what it is about, for whoever takes it
    order_id        bigint,                    -- null: none is known
    turn_id         bigint,                    -- the turn that gave it away; null: none did
    intent          text not null default '',  -- what the customer wants, domain.talking.intents.Intent; '': not known
    language        text not null,             -- the customer's, ISO 639-1; '': not known
    skill           text not null default '',  -- what whoever takes it has to be able to; '': nothing special
    queue           text not null,
    priority        int not null,              -- 0 first, 3 last
    state           text not null,             -- domain.talking.inbox.HandoverState
    assignee        bigint,                    -- desk_user; null: nobody
    theirs          boolean not null default false, -- we answered last: it is the customer's turn
    asked_at        timestamptz not null,
    due_at          timestamptz not null,      -- our next answer is due
    told_late       boolean not null default false, -- it was told that this answer is late
    taken_at        timestamptz,               -- first
    answered_at     timestamptz,               -- by a human, first
    touched_at      timestamptz not null,      -- a human or the customer did something, last
    snoozed_until   timestamptz,
    closed_at       timestamptz,
    closed_by       text not null default '',  -- 'user 7', 'key 7' or 'rule'
    close_reason    text not null default '',  -- domain.talking.inbox.CloseReason
    csat_asked_at   timestamptz,
    csat_message_id uuid,                      -- the message that asked
    csat_score      int check (csat_score between 1 and 5),
    csat_comment    text not null default '',
    csat_at         timestamptz,
    primary key (merchant_id, handover_id)
);
create unique index handover_open on handover (merchant_id, conversation_id) where state <> 'closed';
create index handover_conversation on handover (conversation_id, merchant_id, handover_id);
create index handover_all on handover (merchant_id, theirs, priority, due_at, handover_id) where state in ('waiting', 'held');
create index handover_waiting on handover (merchant_id, theirs, priority, due_at, handover_id) where state = 'waiting';
create index handover_queue on handover (merchant_id, queue, theirs, priority, due_at, handover_id) where state in ('waiting', 'held');
create index handover_language on handover (merchant_id, language, theirs, priority, due_at, handover_id) where state in ('waiting', 'held');
create index handover_mine on handover (merchant_id, assignee, theirs, priority, due_at, handover_id) where state in ('waiting', 'held');
create index handover_snoozed on handover (merchant_id, snoozed_until, handover_id) where state = 'snoozed';
create index handover_wakes on handover (snoozed_until) where state = 'snoozed';
create index handover_late on handover (due_at) where state in ('waiting', 'held') and not theirs and not told_late;
create index handover_closed on handover (merchant_id, closed_at, handover_id) include (csat_score, csat_asked_at) where state = 'closed';
create index handover_order on handover (order_id, merchant_id) where order_id is not null;

-- What happened to a conversation among us: notes, and who took, gave, snoozed, closed it.
create table handover_entry (
    merchant_id     bigint not null,
    entry_id        bigint generated always as identity,
    conversation_id bigint not null,
    handover_id     bigint,                    -- null: a note while none was open
    at              timestamptz not null,
    kind            text not null,             -- domain.talking.inbox.EntryKind
    actor           text not null,             -- 'user 7', 'key 7', 'rule', 'talk' or 'customer'
    text            text not null,
    primary key (merchant_id, entry_id)
);
create index handover_entry_of on handover_entry (conversation_id, merchant_id, entry_id);

-- Desk users as those who answer customers.
create table agent (
    merchant_id bigint not null,
    user_id     bigint not null,
    name        text not null default '',      -- as colleagues see it; '': the e-mail address
    languages   text[] not null default '{}',  -- ISO 639-1; '{}': every one
    skills      text[] not null default '{}',
    available   boolean not null default false, -- conversations may be given to them
    most        int not null default 8,        -- conversations given to them at once where conversations are given out
    given_at    timestamptz,                   -- one was given to them, last
    primary key (merchant_id, user_id),
    foreign key (merchant_id, user_id) references desk_user on delete cascade
);

-- Answers that agents use again and again, and what else they do.
create table macro (
    merchant_id bigint not null,
    macro_id    bigint generated always as identity,
    name        text not null,
    texts       json not null,                 -- language → text with holes
    act         text not null default '',      -- domain.talking.inbox.MacroAct; '': nothing
    queue       text not null default '',      -- MacroAct.MOVE: where to
    used        bigint not null default 0,
    primary key (merchant_id, macro_id)
);
create unique index macro_name on macro (merchant_id, lower(name));

alter table handover enable row level security;
create policy own_rows on handover to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on handover to doorstep_web;

alter table handover_entry enable row level security;
create policy own_rows on handover_entry to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on handover_entry to doorstep_web;

alter table agent enable row level security;
create policy own_rows on agent to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on agent to doorstep_web;

alter table macro enable row level security;
create policy own_rows on macro to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on macro to doorstep_web;
