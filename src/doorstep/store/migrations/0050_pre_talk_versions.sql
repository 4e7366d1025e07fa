-- What merchants change of the talks, every version; the live one also stands in merchant.settings, which every process reads.
create table talk_version (
    merchant_id bigint not null references merchant,
    version     int not null,
    document    json not null,                -- conversations.talks.book.Changes
    note        text not null default '',
    made_by     text not null,                -- who changed it last, while it was a draft
    made_at     timestamptz not null,
    live_from   timestamptz,                  -- null: a draft
    live_by     text not null default '',
    primary key (merchant_id, version)
);
alter table talk_version enable row level security;
create policy own_rows on talk_version to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on talk_version to doorstep_web;
