-- How many working days ended parcels took for each part of their way: what the next ones are expected by.
create table day_count (
    merchant_id bigint not null references merchant,
    carrier     text not null,
    service     text not null,
    origin      text not null,
    destination text not null,
    area        text not null,
    part        text not null,
    days        smallint not null,
    times       bigint not null,
    weight      real not null,
    as_of       date not null,
    primary key (merchant_id, carrier, service, origin, destination, area, part, days)
);
alter table day_count enable row level security;
create policy own_rows on day_count to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on day_count to doorstep_web;
