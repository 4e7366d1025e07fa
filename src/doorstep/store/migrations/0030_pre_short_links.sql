-- Short links that stand in text messages. They name no person; each is forgotten in time, and leads nowhere once its message is gone.
create table short_link (
    merchant_id bigint not null,
    message_id  uuid not null,
    code        text collate "C" not null,    -- the unguessable part of its address
    month       date not null,                -- of the message
    made_at     timestamptz not null,
    leads_to    text not null,                -- a domain.vocabulary.Lead
    token       text not null,                -- of the page of ours that it concerns; empty: what it leads to is the recipient's
    marks       boolean not null,             -- false: that it was followed is not noted
    primary key (merchant_id, message_id, code)
);
create unique index short_link_code on short_link (code);
create index short_link_age on short_link (made_at);
alter table short_link enable row level security;
create policy own_rows on short_link to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on short_link to doorstep_web;
