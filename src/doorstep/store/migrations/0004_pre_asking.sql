-- Carriers that are asked about tracking numbers: who is asked, about what, when next, and the calls.

-- Carriers that are asked: one row for each connection that has what asking needs, and how asking goes.
create table asker (
    merchant_id      bigint not null,
    connection_id    bigint not null,
    credential       bytea not null,          -- hash of what the carrier knows us by: names the bucket
    filled_to        bigint default 0,        -- shipments up to this id that were there before it are taken up; null: all
    resting_until    timestamptz,             -- the carrier is in trouble, or the bucket is empty
    failures         int not null default 0,  -- in a row
    last_asked_at    timestamptz,
    last_answered_at timestamptz,
    last_error       text,
    last_error_at    timestamptz,
    primary key (merchant_id, connection_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);

-- How much was asked through a connection, by day.
create table ask_count (
    merchant_id   bigint not null,
    connection_id bigint not null,
    day           date not null,
    asked         bigint not null default 0,  -- numbers
    answered      bigint not null default 0,  -- numbers the carrier knew
    errors        bigint not null default 0,  -- calls that came to nothing
    reconciled    bigint not null default 0,  -- scans whose webhook never came
    primary key (merchant_id, connection_id, day),
    foreign key (merchant_id, connection_id) references asker on delete cascade
);

-- The bucket and the token of one credential, whoever uses it.
create table ask_credential (
    merchant_id bigint not null,              -- 0: several merchants may share one
    credential  bytea not null,
    left_over   real not null,                -- calls
    at          timestamptz not null,
    token       bytea,                        -- sealed
    token_until timestamptz,
    primary key (merchant_id, credential)
);

-- Numbers that carriers are asked about, and when next.
create table asking (
    merchant_id     bigint not null,
    shipment_id     bigint not null,
    connection_id   bigint not null,
    tracking_number text collate "C" not null,
    carrier         text not null,            -- slug
    known_at        timestamptz not null,
    ask_at          timestamptz,              -- null: no more; while a worker asks, when another may
    asks            int not null default 0,   -- names the lease
    misses          int not null default 0,   -- answers in a row in which the carrier did not know it
    asked_at        timestamptz,
    pushed_at       timestamptz,              -- the last webhook about it
    note            text,                     -- what the carrier said instead of scans
    primary key (merchant_id, shipment_id, connection_id, tracking_number),
    foreign key (merchant_id, shipment_id) references shipment on delete cascade
) with (fillfactor = 80);
create index asking_due on asking (connection_id, ask_at) where ask_at is not null;

-- Before and after each call that asks.
create table ask_attempt (
    merchant_id   bigint not null,
    attempt_id    bigint generated always as identity,
    connection_id bigint not null,
    numbers       int not null,
    started_at    timestamptz not null,
    ended_at      timestamptz,
    outcome       text,                       -- answered, later, refused, misconfigured; null: the worker died
    detail        text not null default '',
    primary key (merchant_id, attempt_id)
);
create index ask_attempt_age on ask_attempt (started_at, merchant_id);

-- Fence the new tables for doorstep_web, as schema.sql does.
do $$
declare
    fenced text;
begin
    foreach fenced in array array['asker', 'ask_count', 'ask_credential', 'asking', 'ask_attempt'] loop
        execute format('alter table %I enable row level security', fenced);
        execute format('create policy own_rows on %I to doorstep_web using (merchant_id = current_setting(''doorstep.merchant_id'')::bigint)', fenced);
        execute format('grant select, insert, update, delete on %I to doorstep_web', fenced);
    end loop;
end $$;
