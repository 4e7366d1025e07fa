-- Message templates at providers that approve them, and how each stands.
create table approved_template (
    merchant_id   bigint not null,
    connection_id bigint not null,
    name          text not null,              -- as the provider knows it
    language      text not null,              -- as the provider writes it: en_US
    status        text not null,              -- the provider's: pending, approved, rejected, paused, disabled, unknown; or asked: we are to hand it in; refused: it was not taken
    category      text not null default '',   -- utility, marketing, authentication; empty: untold
    reason        text not null default '',   -- the provider's
    body_hash     bytea,                      -- of document; null: we did not hand it in
    document      json,                       -- domain.plugins.Template as handed in
    paused_why    text,                       -- why we do not send by it, whatever the provider says; null: we do
    at            timestamptz not null,       -- since when it stands so
    primary key (merchant_id, connection_id, name, language),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);

-- When a connection's templates are asked about next, and how the last time went.
create table approval_due (
    merchant_id   bigint not null,
    connection_id bigint not null,
    due_at        timestamptz not null,       -- while a worker asks: when another may
    listed_at     timestamptz,
    trouble       text,                       -- why the last time came to nothing
    primary key (merchant_id, connection_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);
create index approval_due_next on approval_due (due_at);

alter table approved_template enable row level security;
create policy own_rows on approved_template to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on approved_template to doorstep_web;
alter table approval_due enable row level security;
create policy own_rows on approval_due to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on approval_due to doorstep_web;
