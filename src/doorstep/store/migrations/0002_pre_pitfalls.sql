-- Delivery problems get lives of their own, and silence is learnt.
create type pitfall_row as (
    merchant_id bigint, shipment_id bigint, kind text, opened_at timestamptz, severity text, rank smallint, muted boolean
);

-- The life of each delivery problem: a row per occurrence, written in the transaction of the fold that found it.
create table pitfall (
    merchant_id  bigint not null,
    pitfall_id   bigint generated always as identity,
    shipment_id  bigint not null,
    kind         text not null,               -- of domain.pitfalls
    opened_at    timestamptz not null,        -- since when it stands; where the scan is undated, when we learnt of it
    found_at     timestamptz not null,        -- when we learnt of it
    severity     text not null,               -- a domain.pitfalls.Severity
    rank         smallint not null,           -- its rank
    escalated_at timestamptz,                 -- when the severity last rose
    muted        boolean not null default false,
    closed_at    timestamptz,                 -- null: open
    closed_why   text,                        -- 'reason_gone', 'agent', or the status that ended it
    note         text not null default '',    -- of the customer who told it or of the agent who closed it
    primary key (merchant_id, pitfall_id),
    foreign key (merchant_id, shipment_id) references shipment on delete cascade
);
create unique index pitfall_once on pitfall (shipment_id, kind, opened_at, merchant_id);
create index pitfall_open on pitfall (merchant_id, pitfall_id) where closed_at is null;
create index pitfall_open_kind on pitfall (kind, merchant_id, pitfall_id) where closed_at is null;
create index pitfall_open_rank on pitfall (rank, merchant_id, pitfall_id) where closed_at is null;

-- How long scans of ended shipments were apart: what silence is measured by.
create table gap_count (
    merchant_id bigint not null references merchant,
    carrier     text not null,                -- slug
    service     text not null,                -- '' untold
    lane        text not null,                -- origin and destination, e.g. 'CN-ES'; '' for what is untold
    stage       text not null,                -- of timeline.stages: between which scans
    bucket      smallint not null,            -- of timeline.gaps: how long
    times       bigint not null,
    primary key (merchant_id, carrier, service, lane, stage, bucket)
);

alter table pitfall enable row level security;
create policy own_rows on pitfall to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on pitfall to doorstep_web;
alter table gap_count enable row level security;
create policy own_rows on gap_count to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on gap_count to doorstep_web;
