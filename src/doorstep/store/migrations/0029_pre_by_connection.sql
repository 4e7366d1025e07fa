-- Of each connection the last messages, and when it was last heard. Made on the parents alone, in a moment; the migrator then makes each
-- month's concurrently, so that workers write on meanwhile.
create index message_connection on only message (connection_id, merchant_id, message_id);
create index inbox_connection on only inbox (connection_id, merchant_id, inbox_id);
-- Connections whose mailbox cannot be read.
create table mailbox_trouble (
    merchant_id   bigint not null,
    connection_id bigint not null,
    since         timestamptz not null,
    why           text not null,
    times         int not null,
    due_at        timestamptz not null,
    refused       boolean not null,
    told_at       timestamptz,
    untold        text,
    primary key (merchant_id, connection_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);
alter table mailbox_trouble enable row level security;
create policy own_rows on mailbox_trouble to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on mailbox_trouble to doorstep_web;
