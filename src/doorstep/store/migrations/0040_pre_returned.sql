-- A span of days of a merchant's cases: why goods come back, and what a draft of a policy would have decided otherwise.
create index cases_opened on cases (merchant_id, opened_at);
-- Units that arrived, by product and variant: what returns are held against.
alter table tally add column units json;
create table unit_count (
    merchant_id bigint not null references merchant,
    week        date not null,
    product     text collate "C" not null,
    variant     text collate "C" not null,
    units       bigint not null,
    primary key (merchant_id, week, product, variant)
);
alter table unit_count enable row level security;
create policy own_rows on unit_count to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on unit_count to doorstep_web;
