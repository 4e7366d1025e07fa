-- Who asks: one-time codes, customers' sessions, alarms about guessing; orders are found by post code, too.
alter table orders add column postcode_key text collate "C";
create index orders_of_postcode on orders (postcode_key, merchant_id, order_id) where postcode_key is not null;

create table one_time_code (
    merchant_id bigint not null references merchant,
    code_id     bigint generated always as identity,
    handle_hash bytea not null,
    code_hash   bytea not null,
    person      bytea not null,
    kind        text,
    address     text,
    tries       int not null default 0,
    made_at     timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz,
    primary key (merchant_id, code_id)
);
create unique index one_time_code_handle on one_time_code (handle_hash);
create index one_time_code_person on one_time_code (person, merchant_id, made_at);
create index one_time_code_address on one_time_code (address, merchant_id, made_at) where address is not null;
create index one_time_code_age on one_time_code (made_at);

create table customer_session (
    merchant_id  bigint not null references merchant,
    session_hash bytea not null,
    seen_at      timestamptz not null,
    expires_at   timestamptz not null,
    primary key (merchant_id, session_hash)
);
create index customer_session_age on customer_session (expires_at);

create table alarm (
    merchant_id bigint not null references merchant,
    day         date not null,
    kind        text not null,
    subject     bytea not null,
    what        text not null,
    hint        text not null,
    times       bigint not null,
    first_at    timestamptz not null,
    last_at     timestamptz not null,
    primary key (merchant_id, day, kind, subject)
);
create index alarm_age on alarm (day);

do $$
declare
    fenced text;
begin
    foreach fenced in array array['one_time_code', 'customer_session', 'alarm'] loop
        execute format('alter table %I enable row level security', fenced);
        execute format('create policy own_rows on %I to doorstep_web using (merchant_id = current_setting(''doorstep.merchant_id'')::bigint)', fenced);
        execute format('grant select, insert, update, delete on %I to doorstep_web', fenced);
    end loop;
end $$;
