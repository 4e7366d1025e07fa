-- What customers may do: goods, profiles, money, cases, files, confirmations, rules, and what others have to do.
create table variant (
    merchant_id   bigint not null,
    connection_id bigint not null,
    variant_id    text collate "C" not null,
    product_id    text collate "C" not null,
    document      json not null,
    stock         int,
    held          int not null default 0 check (held >= 0),
    changed_at    timestamptz not null,
    primary key (merchant_id, connection_id, variant_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);
create index variant_product on variant (product_id, merchant_id, connection_id);

create table profile (
    merchant_id   bigint not null,
    connection_id bigint not null,
    external_id   text collate "C" not null,
    email         text collate "C",
    document      json not null,
    changed_at    timestamptz not null,
    primary key (merchant_id, connection_id, external_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);
create index profile_email on profile (email, merchant_id) where email is not null;

create table payment_method (
    merchant_id   bigint not null,
    connection_id bigint not null,
    external_id   text collate "C" not null,
    method_id     text collate "C" not null,
    kind          text not null,
    label         text not null default '',
    balance_minor bigint check (balance_minor >= 0),
    currency      text,
    primary key (merchant_id, connection_id, external_id, method_id),
    foreign key (merchant_id, connection_id, external_id) references profile on delete cascade
);

create table payment (
    merchant_id  bigint not null,
    payment_id   bigint generated always as identity,
    order_id     bigint not null,
    once         text not null,
    method_id    text not null default '',
    amount_minor bigint not null check (amount_minor >= 0),
    currency     text not null,
    refund       boolean not null,
    at           timestamptz,
    case_id      bigint,
    primary key (merchant_id, payment_id),
    foreign key (merchant_id, order_id) references orders
);
create unique index payment_once on payment (order_id, merchant_id, once);

create table cases (
    merchant_id bigint not null references merchant,
    case_id     bigint generated always as identity,
    rma         text not null,
    once        text not null,
    kind        text not null,
    action      text not null,
    state       text not null,
    order_id    bigint not null,
    email       text collate "C",
    document    json not null,
    opened_at   timestamptz not null,
    since       timestamptz not null,
    look_at     timestamptz,
    primary key (merchant_id, case_id),
    foreign key (merchant_id, order_id) references orders
);
create unique index cases_rma on cases (merchant_id, rma);
create unique index cases_once on cases (merchant_id, once);
create index cases_order on cases (order_id, merchant_id);
create index cases_email on cases (email, merchant_id, opened_at) where email is not null;
create index cases_state on cases (merchant_id, state, case_id);
create index cases_look on cases (look_at) where look_at is not null;

create table case_event (
    merchant_id bigint not null,
    case_id     bigint not null,
    event_id    bigint generated always as identity,
    at          timestamptz not null,
    actor       text not null,
    was         text,
    state       text not null,
    why         text not null default '',
    detail      json not null default '{}',
    primary key (merchant_id, case_id, event_id),
    foreign key (merchant_id, case_id) references cases on delete cascade
);

create table case_file (
    merchant_id  bigint not null references merchant,
    file_id      bigint generated always as identity,
    token        text not null,
    order_id     bigint not null,
    case_id      bigint,
    kind         text not null,
    content_type text not null,
    body         bytea not null,
    created_at   timestamptz not null,
    primary key (merchant_id, file_id)
);
create unique index case_file_token on case_file (token);
create index case_file_case on case_file (case_id, merchant_id) where case_id is not null;
create index case_file_loose on case_file (created_at) where case_id is null;

create table prepared (
    merchant_id  bigint not null references merchant,
    prepared_id  bigint generated always as identity,
    token_hash   bytea not null,
    digest       text not null,
    action       json not null,
    asker        text not null,
    order_id     bigint,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    committed_at timestamptz,
    outcome      json,
    primary key (merchant_id, prepared_id)
);
create unique index prepared_token on prepared (token_hash);
create index prepared_age on prepared (created_at);

create table action_policy (
    merchant_id bigint not null references merchant,
    version     int not null,
    document    json not null,
    note        text not null default '',
    made_by     text not null,
    made_at     timestamptz not null,
    live_from   timestamptz,
    primary key (merchant_id, version)
);

create table refusal_count (
    merchant_id bigint not null,
    day         date not null,
    action      text not null,
    code        text not null,
    asked       bigint not null,
    primary key (merchant_id, day, action, code)
);

create table errand (
    merchant_id   bigint not null,
    errand_id     bigint generated always as identity,
    case_id       bigint not null,
    once          text not null,
    target        text not null,
    kind          text not null,
    body          json not null default '{}',
    state         text not null,
    connection_id bigint,
    message_id    uuid,
    made_at       timestamptz not null,
    sent_at       timestamptz,
    look_at       timestamptz,
    answered_at   timestamptz,
    answer        text not null default '',
    external_id   text not null default '',
    primary key (merchant_id, errand_id),
    foreign key (merchant_id, case_id) references cases on delete cascade
);
create unique index errand_once on errand (merchant_id, once);
create index errand_case on errand (case_id, merchant_id);
create index errand_look on errand (look_at) where look_at is not null;
create index errand_message on errand (message_id, merchant_id) where message_id is not null;
do $$
declare
    fenced text;
begin
    foreach fenced in array array['variant', 'profile', 'payment_method', 'payment', 'cases', 'case_event', 'case_file', 'prepared', 'action_policy', 'refusal_count', 'errand'] loop
        execute format('alter table %I enable row level security', fenced);
        execute format('create policy own_rows on %I to doorstep_web using (merchant_id = current_setting(''doorstep.merchant_id'')::bigint)', fenced);
        execute format('grant select, insert, update, delete on %I to doorstep_web', fenced);
    end loop;
end $$;
