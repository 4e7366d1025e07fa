-- Language models that a merchant connects, what they cost, and what they were told and answered.
alter table connection drop constraint connection_kind_check;
alter table connection add constraint connection_kind_check check (kind in ('shop', 'carrier', 'channel', 'model'));

-- What a merchant's model cost on a day (UTC); what turns under way may cost at most stands in it too, until they end.
create table model_day (
    merchant_id       bigint not null,
    connection_id     bigint not null,
    day               date not null,
    turns             int not null default 0,
    prompt_tokens     bigint not null default 0,
    completion_tokens bigint not null default 0,
    micros            bigint not null default 0,  -- millionths of the major unit of the connection's currency
    primary key (merchant_id, connection_id, day),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);

-- How often in a row a merchant's model failed, and until when it is left alone; the same for all workers.
create table model_rest (
    merchant_id   bigint not null,
    connection_id bigint not null,
    failures      int not null default 0,
    rests_until   timestamptz,                -- null: it does not rest
    primary key (merchant_id, connection_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);

-- What a model was told and answered in one turn, personal things hidden; kept ninety days.
create table model_turn (
    merchant_id       bigint not null references merchant,
    model_turn_id     bigint generated always as identity,
    connection_id     bigint not null,        -- no reference: it outlives its connection
    conversation_id   bigint,                 -- null: of none, such as a test at the desk
    turn_id           bigint,                 -- the turn that was answered
    at                timestamptz not null,
    model             text not null,
    outcome           text not null,          -- conversations.models.context.Outcome
    why               text not null default '',
    context           json,                   -- conversations.models.context.Context; null: nothing was asked
    limits            json not null,          -- conversations.models.context.Limits without key and address
    tools             json not null default '[]',
    exchanges         json not null default '[]', -- conversations.models.context.Exchange: each request and what came back
    text              text not null default '',
    proposals         text[] not null default '{}', -- names of the tools that were taken up
    rounds            int not null default 0,
    prompt_tokens     bigint not null default 0,
    completion_tokens bigint not null default 0,
    micros            bigint not null default 0,
    currency          text not null default '',
    took_ms           int not null default 0,
    primary key (merchant_id, model_turn_id)
);
create index model_turn_talk on model_turn (merchant_id, conversation_id, model_turn_id) where conversation_id is not null;
create index model_turn_of on model_turn (merchant_id, connection_id, model_turn_id);
create index model_turn_age on model_turn (at);
alter table model_day enable row level security;
create policy own_rows on model_day to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on model_day to doorstep_web;
alter table model_rest enable row level security;
create policy own_rows on model_rest to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on model_rest to doorstep_web;
alter table model_turn enable row level security;
create policy own_rows on model_turn to doorstep_web using (merchant_id = current_setting('doorstep.merchant_id')::bigint);
grant select, insert, update, delete on model_turn to doorstep_web;
