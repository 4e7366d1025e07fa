-- Labels for the way back: what lies with their providers while they are made.
create table label_try (
    merchant_id   bigint not null,
    errand_id     bigint not null,
    connection_id bigint,
    provider      text not null,
    quote         json,
    tries         int not null,
    told          text not null default '',
    primary key (merchant_id, errand_id),
    foreign key (merchant_id, errand_id) references errand on delete cascade
);
alter table label_try enable row level security;
create policy own_rows on label_try to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on label_try to doorstep_web;
