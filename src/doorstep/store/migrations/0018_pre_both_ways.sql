create type outgoing_row as (
    merchant_id bigint, message_id uuid, month date, created_at timestamptz, channel text, connection_id bigint, recipient text,
    recipient_name text, locale text, purpose text, topic text, template text, trigger text, why_key bytea, order_id bigint,
    shipment_ids bigint[], subject text, text text, html bytea, frame_id bytea, body bytea, reply_to text, unsubscribe_url text, why text,
    extras bytea, due_at timestamptz
);
alter table message add column extras bytea not null default '';
alter table receipt add column remedy text;
alter table receipt add column machine boolean not null default false;
drop index receipt_once;
create unique index receipt_once on receipt (merchant_id, message_id, state, provider_code, machine);
create table message_cost (
    merchant_id bigint not null,
    message_id  uuid not null,
    amount      numeric,
    currency    text not null default '',
    parts       int not null default 0,
    category    text not null default '',
    billable    boolean,
    at          timestamptz not null,
    primary key (merchant_id, message_id)
);
create table click (
    merchant_id bigint not null,
    message_id  uuid not null,
    url         text not null,
    machine     boolean not null,
    times       int not null default 1,
    first_at    timestamptz not null,
    last_at     timestamptz not null,
    primary key (merchant_id, message_id, url, machine)
);
create table fallback (
    merchant_id bigint not null,
    message_id  uuid not null,
    month       date not null,
    due_at      timestamptz not null,
    order_id    bigint not null,
    actions     json not null,
    tried       text[] not null,
    tries       int not null default 1,
    why         text not null default '',
    only_failed boolean not null default false,
    primary key (merchant_id, message_id)
);
create index fallback_due on fallback (due_at);
create table customer (
    merchant_id bigint not null references merchant,
    customer_id bigint generated always as identity,
    created_at  timestamptz not null,
    merged_into bigint,
    primary key (merchant_id, customer_id)
);
create table customer_identity (
    merchant_id  bigint not null,
    kind         text not null,
    value        text not null,
    customer_id  bigint not null,
    source       text not null,
    first_at     timestamptz not null,
    verified_at  timestamptz,
    verified_how text not null default '',
    primary key (merchant_id, kind, value),
    foreign key (merchant_id, customer_id) references customer
);
create index customer_identity_of on customer_identity (customer_id, merchant_id);
create table customer_change (
    merchant_id bigint not null,
    change_id   bigint generated always as identity,
    kind        text not null,
    from_id     bigint not null,
    to_id       bigint not null,
    identities  json not null,
    actor       text not null,
    why         text not null,
    at          timestamptz not null,
    undone_at   timestamptz,
    undone_by   text,
    primary key (merchant_id, change_id)
);
create index customer_change_from on customer_change (from_id, merchant_id);
create index customer_change_to on customer_change (to_id, merchant_id);
create table conversation (
    merchant_id     bigint not null,
    conversation_id bigint generated always as identity,
    channel         text not null,
    address         text not null,
    connection_id   bigint not null,
    customer_id     bigint,
    order_id        bigint,
    opened_at       timestamptz not null,
    last_in_at      timestamptz,
    asked_at        timestamptz,
    asked           int not null default 0,
    open            boolean not null default true,
    primary key (merchant_id, conversation_id)
);
create unique index conversation_once on conversation (merchant_id, channel, address);
create index conversation_customer on conversation (customer_id, merchant_id) where customer_id is not null;
create index conversation_open on conversation (merchant_id, last_in_at, conversation_id) where open;
alter table reply add column conversation_id bigint;
alter table reply add column message_id uuid;
alter table reply add column order_id bigint;
alter table reply add column choice text not null default '';
alter table reply add column bound text not null default '';
alter table reply add column sender_name text not null default '';
alter table reply add column quoted text not null default '';
alter table reply add column place json;
create index reply_conversation on reply (conversation_id, merchant_id, reply_id) where conversation_id is not null;
create table reply_file (
    merchant_id  bigint not null,
    reply_id     bigint not null,
    position     int not null,
    name         text not null,
    content_type text not null,
    size         int not null,
    content      bytea not null,
    url          text not null default '',
    media_id     text not null default '',
    primary key (merchant_id, reply_id, position)
);
alter table consent add column proof text not null default '';
create table consent_asked (
    merchant_id  bigint not null,
    asked_id     bigint generated always as identity,
    address      text not null,
    purpose      text not null,
    channel      text,
    source       text not null,
    wording      text not null,
    locale       text not null,
    asked_at     timestamptz not null,
    confirmed_at timestamptz,
    primary key (merchant_id, asked_id)
);
create index consent_asked_address on consent_asked (address, merchant_id);
alter table message_cost enable row level security;
create policy own_rows on message_cost to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on message_cost to doorstep_web;
alter table click enable row level security;
create policy own_rows on click to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on click to doorstep_web;
alter table fallback enable row level security;
create policy own_rows on fallback to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on fallback to doorstep_web;
alter table customer enable row level security;
create policy own_rows on customer to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on customer to doorstep_web;
alter table customer_identity enable row level security;
create policy own_rows on customer_identity to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on customer_identity to doorstep_web;
alter table customer_change enable row level security;
create policy own_rows on customer_change to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on customer_change to doorstep_web;
alter table conversation enable row level security;
create policy own_rows on conversation to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on conversation to doorstep_web;
alter table reply_file enable row level security;
create policy own_rows on reply_file to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on reply_file to doorstep_web;
alter table consent_asked enable row level security;
create policy own_rows on consent_asked to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on consent_asked to doorstep_web;
create index orders_phone on orders (phone, merchant_id) where phone is not null;
