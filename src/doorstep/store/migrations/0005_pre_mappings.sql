alter type checkpoint_row add attribute mapped boolean;
alter table checkpoint add column mapped boolean not null default false;
create index checkpoint_mappable on checkpoint ((said->>'carrier'), (said->>'carrier_code'), merchant_id, shipment_id, month, fingerprint)
    where event_type = 'unknown' or mapped;

create table code_mapping (
    merchant_id  bigint not null references merchant,
    mapping_id   bigint generated always as identity,
    everywhere   boolean not null,
    carrier      text not null,
    carrier_code text not null,
    carrier_text text not null,
    event_type   text not null,
    made_by      text not null,
    made_at      timestamptz not null,
    removed_at   timestamptz,
    replay_at    timestamptz,
    replays_left int not null,
    replayed_to  bytea,
    scans        bigint not null default 0,
    primary key (merchant_id, mapping_id)
);
create unique index code_mapping_key on code_mapping (merchant_id, everywhere, carrier, carrier_code, carrier_text);
create index code_mapping_replay on code_mapping (replay_at) where replay_at is not null;
alter table code_mapping enable row level security;
create policy own_rows on code_mapping to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on code_mapping to doorstep_web;

alter table desk_user add column operator boolean not null default false;
