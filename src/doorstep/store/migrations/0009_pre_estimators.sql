-- Finished deliveries, as estimates learn from them: times, countries, region and post code, weight; no order, no name.
create table past_delivery (
    merchant_id bigint not null,
    shipment_id bigint not null,
    ended_on    date not null,
    document    bytea not null,
    primary key (merchant_id, shipment_id),
    foreign key (merchant_id, shipment_id) references shipment on delete cascade
);
create index past_delivery_newest on past_delivery (merchant_id, ended_on desc, shipment_id desc);
create index past_delivery_age on past_delivery (ended_on);

-- The model trained on a merchant's finished deliveries, and whether it is time to train it again.
create table estimator (
    merchant_id bigint primary key references merchant,
    kept        bigint not null default 0,
    fresh       bigint not null default 0,
    tried_at    timestamptz,
    busy_until  timestamptz,
    trained_at  timestamptz,
    deliveries  int,
    figures     json,
    learnt      bytea
);
alter table past_delivery enable row level security;
create policy own_rows on past_delivery to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on past_delivery to doorstep_web;
alter table estimator enable row level security;
create policy own_rows on estimator to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on estimator to doorstep_web;
