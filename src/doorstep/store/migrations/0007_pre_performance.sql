create table tally_due (
    merchant_id bigint not null,
    due_id      bigint generated always as identity,
    shipment_id bigint not null,
    primary key (merchant_id, due_id)
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);
create table tally (
    merchant_id bigint not null references merchant,
    shipment_id bigint not null,
    week        date not null,
    carrier     text not null,
    service     text not null,
    lane        text not null,
    counts      json not null,
    primary key (merchant_id, shipment_id)
);
create table tally_count (
    merchant_id bigint not null references merchant,
    cut         text not null,
    week        date not null,
    carrier     text not null,
    service     text not null,
    lane        text not null,
    measure     text not null,
    times       bigint not null,
    primary key (merchant_id, cut, week, carrier, service, lane, measure)
);
create table signing_key (
    merchant_id bigint not null references merchant,
    key_id      text not null,
    public      bytea not null,
    secret      bytea not null,
    made_at     timestamptz not null,
    primary key (merchant_id, key_id)
);
alter table tally_due enable row level security;
create policy own_rows on tally_due to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on tally_due to doorstep_web;
alter table tally enable row level security;
create policy own_rows on tally to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on tally to doorstep_web;
alter table tally_count enable row level security;
create policy own_rows on tally_count to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on tally_count to doorstep_web;
alter table signing_key enable row level security;
create policy own_rows on signing_key to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on signing_key to doorstep_web;

-- What ended before is counted as well.
insert into tally_due (merchant_id, shipment_id) select merchant_id, shipment_id from shipment where status in ('delivered', 'returned');
