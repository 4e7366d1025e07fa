create table push_subscription (
    merchant_id     bigint not null,
    subscription_id bigint generated always as identity,
    address         text not null,
    order_id        bigint not null,
    endpoint        text not null,
    p256dh          text not null,
    auth            text not null,
    agent           text not null default '',
    locale          text not null,
    created_at      timestamptz not null,
    last_ok_at      timestamptz,
    failures        int not null default 0,
    primary key (merchant_id, subscription_id)
);
create unique index push_subscription_once on push_subscription (merchant_id, endpoint, order_id);
create index push_subscription_address on push_subscription (address, merchant_id);
alter table push_subscription enable row level security;
create policy own_rows on push_subscription to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on push_subscription to doorstep_web;
