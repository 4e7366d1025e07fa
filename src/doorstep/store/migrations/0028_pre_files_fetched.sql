alter table reply_file add column unfetched text not null default '';
alter table reply_file add column unfetched_why text not null default '';
create table file_due (
    merchant_id bigint not null,
    reply_id    bigint not null,
    position    int not null,
    due_at      timestamptz not null,
    wanted_at   timestamptz not null,
    attempts    int not null default 0,
    trouble     text not null default '',
    trouble_why text not null default '',
    primary key (merchant_id, reply_id, position),
    foreign key (merchant_id, reply_id, position) references reply_file on delete cascade
);
create index file_due_next on file_due (due_at);
alter table file_due enable row level security;
create policy own_rows on file_due to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on file_due to doorstep_web;
-- What lies with a provider and came lately is fetched as well. Meta keeps a file for seven days.
insert into file_due (merchant_id, reply_id, position, due_at, wanted_at)
select f.merchant_id, f.reply_id, f.position, now(), now() from reply_file f join reply r using (merchant_id, reply_id)
where f.size = 0 and f.position < 10 and (f.url <> '' or f.media_id <> '') and f.unfetched = '' and r.received_at > now() - interval '7 days'
on conflict do nothing;
