-- What customers came for: one customer, one conversation, one subject, while it is spoken of without a pause; see docs/rules/closing-the-loop.md.
create table contact (
    merchant_id     bigint not null references merchant,
    contact_id      bigint generated always as identity,
    conversation_id bigint not null,
    sitting_at      timestamptz not null,      -- when the conversation was taken up, after a pause
    person          bigint not null,           -- customer_id; not known: minus conversation_id
    subject         text not null,             -- insights.talks.subject_of; '': nothing known
    order_id        bigint,                    -- null: none is known
    talk            text not null,             -- the talk it began with; '': none answered
    began_at        timestamptz not null,
    ended_at        timestamptz not null,      -- its newest message
    answered        boolean not null,          -- that was answered, not only asked back
    answered_at     timestamptz,               -- by the machine, first; null: never
    is_again        boolean not null default false, -- the same subject was spoken of in the seven days before
    again_at        timestamptz,               -- the customer came back on the subject within seven days; null: not so far
    primary key (merchant_id, contact_id)
);
create index contact_conversation on contact (conversation_id, merchant_id, ended_at);
create index contact_person on contact (person, merchant_id, subject, ended_at);
create index contact_order on contact (order_id, merchant_id, subject, ended_at) where order_id is not null;
create index contact_began on contact (merchant_id, began_at);

-- What a talk let a customer expect, to be looked at when it should have happened; at most one message each.
create table follow_up (
    merchant_id     bigint not null references merchant,
    follow_up_id    bigint generated always as identity,
    conversation_id bigint not null,
    turn_id         bigint not null,           -- the turn that promised it
    kind            text not null,             -- domain.talking.following.PromiseKind
    once            text not null,             -- what was promised of what: two of it that wait are one
    order_id        bigint,
    shipment_id     bigint,
    case_id         bigint,
    promised_on     date,                      -- the last day that was told; null: none was
    made_at         timestamptz not null,
    due_at          timestamptz,               -- the next look; null: it has ended
    state           text not null check (state in ('waiting', 'told', 'dropped')),
    outcome         text not null default '',  -- domain.talking.following.Outcome; '': it waits
    message_id      uuid,                      -- what was said; null: nothing
    ended_at        timestamptz,
    answer          text not null default '',  -- what the customer chose: 'ok', 'not'; '': nothing
    primary key (merchant_id, follow_up_id),
    check ((state = 'waiting') = (due_at is not null))
);
create unique index follow_up_once on follow_up (merchant_id, conversation_id, once) where state = 'waiting';
create index follow_up_due on follow_up (due_at) where due_at is not null;
create index follow_up_made on follow_up (merchant_id, made_at);

-- What could be answered better, found week by week, and what became of it.
create table proposal (
    merchant_id     bigint not null references merchant,
    proposal_id     bigint generated always as identity,
    key             text not null,             -- tells it from others, week after week
    week            date not null,             -- the Monday of the week in which it was found last
    kind            text not null,             -- domain.talking.learning.Kind
    name            text not null,             -- by its most telling phrases
    size            int not null,              -- turns in it, that week
    examples        json not null,             -- customers' words, personal data hidden
    change          json not null,             -- domain.talking.learning.Change
    state           text not null check (state in ('proposed', 'accepted', 'dismissed', 'measured')),
    made_at         timestamptz not null,
    decided_at      timestamptz,
    decided_by      text not null default '',
    before          json,                      -- domain.talking.learning.Measure of the week before it was accepted
    after           json,                      -- of the week after
    primary key (merchant_id, proposal_id)
);
create unique index proposal_once on proposal (merchant_id, key);
create index proposal_state on proposal (merchant_id, state, week, proposal_id);
create index proposal_measured on proposal (decided_at) where state = 'accepted';
create table learning_week (
    merchant_id bigint not null references merchant,
    week        date not null,                 -- its Monday
    looked_at   timestamptz not null,
    turns       int not null,                  -- that were looked at
    primary key (merchant_id, week)
);

do $$
declare
    fenced text;
begin
    foreach fenced in array array['contact', 'follow_up', 'proposal', 'learning_week'] loop
        execute format('alter table %I enable row level security', fenced);
        execute format('create policy own_rows on %I to doorstep_web using (merchant_id = current_setting(''doorstep.merchant_id'')::bigint)', fenced);
        execute format('grant select, insert, update, delete on %I to doorstep_web', fenced);
    end loop;
end $$;
