-- Orders that were given out for Apple Wallet: what the last package said, and since when it says so.
create table wallet_order (
    merchant_id bigint not null,
    order_id    bigint not null,
    digest      bytea not null,               -- of the package without its date
    updated_at  timestamptz not null,         -- whole seconds; only grows
    primary key (merchant_id, order_id),
    foreign key (merchant_id, order_id) references orders on delete cascade
);

-- Devices that hold an order in Apple Wallet and are to be told when it changes.
create table wallet_device (
    merchant_id   bigint not null,
    order_id      bigint not null,
    device        text not null,              -- as it calls itself towards us
    order_type    text not null,              -- the order type identifier under which it holds it
    push_token    text not null,
    registered_at timestamptz not null,
    primary key (merchant_id, order_id, device),
    foreign key (merchant_id, order_id) references orders on delete cascade
);
create index wallet_device_own on wallet_device (device, merchant_id);
create index wallet_device_token on wallet_device (push_token, merchant_id);
alter table wallet_order enable row level security;
create policy own_rows on wallet_order to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on wallet_order to doorstep_web;
alter table wallet_device enable row level security;
create policy own_rows on wallet_device to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on wallet_device to doorstep_web;
