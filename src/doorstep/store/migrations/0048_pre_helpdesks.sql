alter table connection drop constraint connection_kind_check;
alter table connection add constraint connection_kind_check check (kind in ('shop', 'carrier', 'channel', 'model', 'helpdesk'));

-- Handovers as the helpdesk has them in which the merchant's agents work: which conversation or ticket there, and how far it knows what was said.
create table helpdesk_link (
    merchant_id     bigint not null,
    link_id         bigint generated always as identity,
    connection_id   bigint not null,
    conversation_id bigint not null,
    handover_id     bigint not null,
    key             text not null,             -- ours of the handover there: it is found again by it
    remote_id       text not null default '',  -- the helpdesk's id of the conversation; '': it was not made yet
    state           text not null default 'opening' check (state in ('opening', 'open', 'closed', 'failed')),
    told_reply_id   bigint not null default 0, -- the helpdesk has what the customer wrote up to this reply
    told_at         timestamptz not null,      -- and what was answered at our own desk up to then
    deed            text not null default '',  -- domain.helpdesks.HelpdeskDeed that the message in the outbox does; '': none is under way
    upto_reply_id   bigint not null default 0, -- it tells what was written up to this reply
    message_id      uuid,                      -- in the outbox; null: none is under way
    noting          text not null default '',  -- helpdesk_word.remote_id that it notes
    agent           text not null default '',  -- who has it there; '': nobody, or untold
    why             text not null default '',  -- why it failed
    made_at         timestamptz not null,
    look_at         timestamptz,               -- null: nothing is to be done
    primary key (merchant_id, link_id)
);
create unique index helpdesk_link_handover on helpdesk_link (merchant_id, handover_id);
create unique index helpdesk_link_key on helpdesk_link (merchant_id, key);
create index helpdesk_link_remote on helpdesk_link (connection_id, remote_id, merchant_id, link_id) where remote_id <> '';
create index helpdesk_link_conversation on helpdesk_link (conversation_id, merchant_id, link_id);
create index helpdesk_link_message on helpdesk_link (message_id, merchant_id) where message_id is not null;
create index helpdesk_link_look on helpdesk_link (look_at) where look_at is not null;

-- What a helpdesk said in such a conversation, by its own ids: each is told once.
create table helpdesk_word (
    merchant_id   bigint not null,
    connection_id bigint not null,
    remote_id     text not null,               -- the helpdesk's id of what was written, or of a file
    link_id       bigint not null,
    kind          text not null,               -- domain.helpdesks.HeardKind: said, file, noted
    of            text not null default '',    -- for a file: remote_id of what it belongs to
    text          text not null default '',    -- for a file that waits for what it belongs to: what is said of it
    heard_at      timestamptz not null,
    untold        text not null default '',    -- why the customer was not told; '': they were, or it is not for them
    noted_at      timestamptz,                 -- when the agents were told so
    primary key (merchant_id, connection_id, remote_id)
);
create index helpdesk_word_of on helpdesk_word (connection_id, of, merchant_id) where of <> '';
create index helpdesk_word_untold on helpdesk_word (link_id, merchant_id, heard_at) where untold <> '' and noted_at is null;

alter table helpdesk_link enable row level security;
create policy own_rows on helpdesk_link to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on helpdesk_link to doorstep_web;

alter table helpdesk_word enable row level security;
create policy own_rows on helpdesk_word to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on helpdesk_word to doorstep_web;
