-- The whole store as it stands. migrations/ leads here from any earlier version; a test proves both equal.
-- Every table leads its key with merchant_id and is fenced by row-level security for the role doorstep_web;
-- the owner (workers, migrations) sees all. Tables that grow for ever are partitioned by month.
-- Indexes beside the primary keys lead with what tells rows apart, so that no plan mistakes them for the key while a table
-- has no statistics yet (seen: 2 s instead of 20 ms). Columns searched by their beginnings are in the order of their bytes
-- (collate "C"), whatever the database's own: so "from this, up to that" finds exactly what begins so, through the index.

-- Lists of rows that a step hands over in one parameter: half the cost of encoding a list for each column. They are types of their own,
-- so that a column added to a table leaves processes of the version before at work.
create type arrival_row as (
    merchant_id bigint, received_at timestamptz, connection_id bigint, delivery_key bytea, url text, headers json, body bytea
);
create type shipment_row as (
    merchant_id bigint, shipment_id bigint, carrier text, service text, status text, must_act text, pitfalls text, track bytea,
    last_text text, last_place text, last_local text, look_at timestamptz
);
create type checkpoint_row as (
    merchant_id bigint, shipment_id bigint, fingerprint bytea, instant timestamptz, event_type text, said json, inbox_id bigint,
    received_at timestamptz, mapped boolean
);
create type decision_row as (
    merchant_id bigint, why_key bytea, trigger text, subject_kind text, subject_id bigint, occurrence text, order_id bigint,
    outcome text, detail text, message_id uuid
);
create type outgoing_row as (
    merchant_id bigint, message_id uuid, month date, created_at timestamptz, channel text, connection_id bigint, recipient text,
    recipient_name text, locale text, purpose text, topic text, template text, trigger text, why_key bytea, order_id bigint,
    shipment_ids bigint[], subject text, text text, html bytea, frame_id bytea, body bytea, reply_to text, unsubscribe_url text, why text,
    extras bytea, due_at timestamptz
);
create type pitfall_row as (
    merchant_id bigint, shipment_id bigint, kind text, opened_at timestamptz, severity text, rank smallint, muted boolean
);

create table merchant (
    merchant_id bigint generated always as identity primary key,
    slug        text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name        text not null,
    brand       json not null default '{}',   -- messages.Brand
    settings    json not null default '{}',   -- journeys' overrides, gates' policy, return days
    created_at  timestamptz not null default now(),
    host        text unique                   -- its own host, lower case, that leads to this installation; the operator gives it
);

-- People who may enter the desk.
create table desk_user (
    merchant_id   bigint not null references merchant,
    user_id       bigint generated always as identity,
    email         text not null,
    password_hash text not null,              -- scrypt
    role          text not null check (role in ('owner', 'operations', 'support', 'marketing', 'read_only')),
    created_at    timestamptz not null default now(),
    deactivated_at timestamptz,               -- null: may enter
    operator      boolean not null default false, -- runs this installation: may map codes for every merchant
    primary key (merchant_id, user_id)
);
create unique index desk_user_email on desk_user (lower(email));

create table desk_session (
    merchant_id  bigint not null,
    session_hash bytea not null,              -- sha256 of the cookie
    user_id      bigint not null,
    csrf         text not null,
    expires_at   timestamptz not null,
    primary key (merchant_id, session_hash),
    foreign key (merchant_id, user_id) references desk_user on delete cascade
);
create unique index desk_session_hash on desk_session (session_hash);

-- How many attempts are left, for what may be guessed at: log-ins and the look-up of orders. Counted for all web processes together.
create table attempt (
    merchant_id bigint not null,              -- 0: of the whole installation
    key         bytea not null,               -- hash of what is counted: a network, an order number, an e-mail address
    left_over   real not null,
    at          timestamptz not null,
    primary key (merchant_id, key)
);

create table api_key (
    merchant_id bigint not null references merchant,
    key_id      bigint generated always as identity,
    key_hash    bytea not null unique,        -- sha256 of the key
    hint        text not null,                -- its first characters, to tell keys apart
    name        text not null,
    scopes      text[] not null,
    rate_per_s  real not null default 50,
    created_at  timestamptz not null default now(),
    revoked_at  timestamptz,
    primary key (merchant_id, key_id)
);

-- One connected shop, carrier, channel or language model.
create table connection (
    merchant_id   bigint not null references merchant,
    connection_id bigint generated always as identity,
    kind          text not null check (kind in ('shop', 'carrier', 'channel', 'model', 'helpdesk')),
    provider      text not null,              -- a plug-in's slug
    name          text not null,
    hook_token    text not null unique,       -- the unguessable part of its hook's address
    settings      json not null default '{}',
    secrets       bytea,                      -- encrypted JSON
    state         text not null default 'active' check (state in ('active', 'paused')),
    paused_why    text,
    created_at    timestamptz not null default now(),
    told_at       timestamptz,                -- when its owners were mailed that it is paused; null: it is not, or by hand
    untold        text,                       -- why nobody was mailed: a domain.vocabulary.Skip; null: somebody was, or nobody had to
    former_hook_token text,                   -- the one before hook_token, which is taken until former_until
    former_until  timestamptz,
    primary key (merchant_id, connection_id)
);
create unique index connection_former_hook on connection (former_hook_token) where former_hook_token is not null;

-- Connections whose mailbox cannot be read.
create table mailbox_trouble (
    merchant_id   bigint not null,
    connection_id bigint not null,
    since         timestamptz not null,
    why           text not null,              -- our own words
    times         int not null,               -- tries in a row that failed
    due_at        timestamptz not null,       -- not tried before
    refused       boolean not null,           -- only the merchant can mend it
    told_at       timestamptz,                -- when the owners were mailed; null: they were not
    untold        text,                       -- why not, a domain.vocabulary.Skip; null: somebody was, or nobody had to be yet
    primary key (merchant_id, connection_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);

-- Bytes as received, kept before anybody is told 2xx.
create table inbox (
    merchant_id    bigint not null,
    inbox_id       bigint generated always as identity,
    received_month date not null,
    received_at    timestamptz not null,
    connection_id  bigint not null,
    delivery_key   bytea not null,            -- the sender's delivery id or the body's hash
    url            text not null default '',
    headers        json not null default '{}',
    body           bytea not null,
    primary key (merchant_id, received_month, inbox_id),
    unique (delivery_key, connection_id, merchant_id, received_month)
) partition by range (received_month);
create table inbox_rest partition of inbox default;
-- When each connection was last heard, however much others bring.
create index inbox_connection on inbox (connection_id, merchant_id, inbox_id);

-- Which inbox rows still wait for the worker.
create table inbox_due (
    merchant_id    bigint not null,
    inbox_id       bigint not null,
    received_month date not null,
    received_at    timestamptz not null,
    due_at         timestamptz not null,
    attempts       int not null default 0,
    primary key (merchant_id, inbox_id)
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);

-- The merchant whose rows were claimed last, where more wait than there are places in a batch: the next batch begins after it. It is a
-- sequence because setting one waits for nobody.
create sequence inbox_turn_taken minvalue 0 start 0;

-- Inbox rows that could not be read; replayed from the desk once that is mended.
create table dead_letter (
    merchant_id    bigint not null,
    inbox_id       bigint not null,
    received_month date not null,
    connection_id  bigint not null,
    failed_at      timestamptz not null,
    error          text not null,             -- class of the error
    detail         text not null,             -- its text; holds no personal data
    primary key (merchant_id, inbox_id)
);

create table orders (
    merchant_id   bigint not null references merchant,
    order_id      bigint generated always as identity,
    connection_id bigint not null,            -- the shop
    external_id   text not null,
    number        text not null,
    number_key    text collate "C" not null,  -- letters and digits, upper case, for look-up by its beginning
    token         text not null unique,       -- the unguessable part of its page's address
    email         text collate "C",
    phone         text,
    document      json not null,              -- domain.orders.Order
    created_at    timestamptz not null default now(),
    changed_at    timestamptz not null default now(),
    postcode_key  text collate "C",           -- of the delivery address, letters and digits, upper case
    primary key (merchant_id, order_id),
    unique (merchant_id, connection_id, external_id)
);
create index orders_of_postcode on orders (postcode_key, merchant_id, order_id) where postcode_key is not null;
create index orders_number on orders (number_key, merchant_id);
create index orders_of_email on orders (email, merchant_id, order_id);
create index orders_of_phone on orders (phone, merchant_id, order_id) where phone is not null;

create table shipment (
    merchant_id     bigint not null references merchant,
    shipment_id     bigint generated always as identity,
    order_id        bigint,
    fulfilment_id   text,
    token           text not null,
    carrier         text not null,            -- slug
    tracking_number text not null,
    service         text,
    lines           json not null default '{}',  -- line_id -> quantity; empty: all lines of the order
    since           timestamptz,              -- scans before it belong to an earlier life of the number
    status          text not null default 'pending',
    must_act        text not null default 'nobody',
    pitfalls        text[] not null default '{}',  -- kinds open now
    track           bytea,                    -- msgpack store.shipments.Track: what the fold reads and says; null: nothing told yet
    last_text       text,                     -- the newest counted scan in the carrier's words
    last_place      text,
    last_local      text,                     -- its local wall time
    zone            text,                     -- IANA zone of the recipient, where the order tells
    look_at         timestamptz,              -- when time alone may change something
    created_at      timestamptz not null default now(),
    changed_at      timestamptz not null default now(),
    primary key (merchant_id, shipment_id)
) with (fillfactor = 70);
create index shipment_order on shipment (order_id, merchant_id) where order_id is not null;
create unique index shipment_token on shipment (token);
create index shipment_status on shipment (status, merchant_id, shipment_id);
-- Behind row-level security the planner may not use what it knows of "<>" on arrays, but whether one is null it may.
create index shipment_pitfalls on shipment (merchant_id, shipment_id) where pitfalls[1] is not null;
create statistics shipment_troubled on (pitfalls[1]) from shipment;
create index shipment_look on shipment (look_at) where look_at is not null;

-- Which number leads to which shipment; a number used again leads to its newest.
create table leg (
    merchant_id     bigint not null,
    tracking_number text collate "C" not null,
    shipment_id     bigint not null,
    role            text not null default 'first',  -- first, last_mile, return, replaced_by, parcel, part; shared: beside the one before it, for another order; earlier: of a use before
    primary key (merchant_id, tracking_number, shipment_id),
    foreign key (merchant_id, shipment_id) references shipment on delete cascade
);
create index leg_shipment on leg (shipment_id, merchant_id);

-- Carriers that are asked: one row for each connection that has what asking needs, and how asking goes.
create table asker (
    merchant_id      bigint not null,
    connection_id    bigint not null,
    credential       bytea not null,          -- hash of what the carrier knows us by: names the bucket
    filled_to        bigint default 0,        -- shipments up to this id that were there before it are taken up; null: all
    resting_until    timestamptz,             -- the carrier is in trouble, or the bucket is empty
    failures         int not null default 0,  -- in a row
    last_asked_at    timestamptz,
    last_answered_at timestamptz,
    last_error       text,
    last_error_at    timestamptz,
    primary key (merchant_id, connection_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);

-- How much was asked through a connection, by day.
create table ask_count (
    merchant_id   bigint not null,
    connection_id bigint not null,
    day           date not null,
    asked         bigint not null default 0,  -- numbers
    answered      bigint not null default 0,  -- numbers the carrier knew
    errors        bigint not null default 0,  -- calls that came to nothing
    reconciled    bigint not null default 0,  -- scans whose webhook never came
    primary key (merchant_id, connection_id, day),
    foreign key (merchant_id, connection_id) references asker on delete cascade
);

-- The bucket and the token of one credential, whoever uses it.
create table ask_credential (
    merchant_id bigint not null,              -- 0: several merchants may share one
    credential  bytea not null,
    left_over   real not null,                -- calls
    at          timestamptz not null,
    token       bytea,                        -- sealed
    token_until timestamptz,
    primary key (merchant_id, credential)
);

-- Numbers that carriers are asked about, and when next.
create table asking (
    merchant_id     bigint not null,
    shipment_id     bigint not null,
    connection_id   bigint not null,
    tracking_number text collate "C" not null,
    carrier         text not null,            -- slug
    known_at        timestamptz not null,
    ask_at          timestamptz,              -- null: no more; while a worker asks, when another may
    asks            int not null default 0,   -- names the lease
    misses          int not null default 0,   -- answers in a row in which the carrier did not know it
    asked_at        timestamptz,
    pushed_at       timestamptz,              -- the last webhook about it
    note            text,                     -- what the carrier said instead of scans
    primary key (merchant_id, shipment_id, connection_id, tracking_number),
    foreign key (merchant_id, shipment_id) references shipment on delete cascade
) with (fillfactor = 80);
create index asking_due on asking (connection_id, ask_at) where ask_at is not null;

-- Before and after each call that asks.
create table ask_attempt (
    merchant_id   bigint not null,
    attempt_id    bigint generated always as identity,
    connection_id bigint not null,
    numbers       int not null,
    started_at    timestamptz not null,
    ended_at      timestamptz,
    outcome       text,                       -- answered, later, refused, misconfigured; null: the worker died
    detail        text not null default '',
    primary key (merchant_id, attempt_id)
);
create index ask_attempt_age on ask_attempt (started_at, merchant_id);

-- Page addresses of shipments that were merged into others: links once sent stay alive.
create table former_token (
    merchant_id bigint not null,
    token       text not null,
    shipment_id bigint not null,
    primary key (merchant_id, token),
    foreign key (merchant_id, shipment_id) references shipment on delete cascade
);
create unique index former_token_alone on former_token (token);
create index former_token_shipment on former_token (shipment_id, merchant_id);

-- One carrier scan, normalised; the truth behind shipment.scans.
create table checkpoint (
    merchant_id     bigint not null,
    shipment_id     bigint not null,
    month           date not null,            -- of occurred_at; 1970-01 undated
    fingerprint     bytea not null,
    instant         timestamptz,
    event_type      text not null,
    said            json not null,            -- domain.tracking.Checkpoint
    inbox_id        bigint not null,
    received_at     timestamptz not null,
    mapped          boolean not null default false, -- the event type comes from code_mapping
    primary key (merchant_id, shipment_id, month, fingerprint)
) partition by range (month);
create table checkpoint_rest partition of checkpoint default;
create index checkpoint_mappable on checkpoint ((said->>'carrier'), (said->>'carrier_code'), merchant_id, shipment_id, month, fingerprint)
    where event_type = 'unknown' or mapped;

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

-- How many working days ended parcels took for each part of their way: what the next ones are expected by.
create table day_count (
    merchant_id bigint not null references merchant,
    carrier     text not null,                -- slug
    service     text not null,                -- '' untold
    origin      text not null,                -- ISO 3166-1 alpha-2; '' untold
    destination text not null,
    area        text not null,                -- the post code's first two characters; '' untold
    part        text not null,                -- of timeline.estimating.counted
    days        smallint not null,
    times       bigint not null,
    weight      real not null,                -- the same as of `as_of`, each halved every 150 days
    as_of       date not null,
    primary key (merchant_id, carrier, service, origin, destination, area, part, days)
);

-- Finished deliveries, as estimates learn from them: times, countries, region and post code, weight; no order, no name.
create table past_delivery (
    merchant_id bigint not null,
    shipment_id bigint not null,
    ended_on    date not null,
    document    bytea not null,               -- msgpack timeline.estimating.deliveries.Delivery
    primary key (merchant_id, shipment_id),
    foreign key (merchant_id, shipment_id) references shipment on delete cascade
);
create index past_delivery_newest on past_delivery (merchant_id, ended_on desc, shipment_id desc);
create index past_delivery_age on past_delivery (ended_on);

-- The model trained on a merchant's finished deliveries, and whether it is time to train it again.
create table estimator (
    merchant_id bigint primary key references merchant,
    kept        bigint not null default 0,    -- deliveries ever kept
    fresh       bigint not null default 0,    -- of these since the last training
    tried_at    timestamptz,                  -- the last training, also one that had too little
    busy_until  timestamptz,                  -- a worker trains it; null: nobody
    trained_at  timestamptz,                  -- null: no model yet
    deliveries  int,                          -- it was trained on
    figures     json,                         -- how good it was: point -> timeline.estimating.judging.Figures
    learnt      bytea                         -- msgpack timeline.estimating.learning.Learnt
);

-- Ended shipments to be counted, or counted anew after a late scan. A shipment may stand here twice: so nobody waits to write here.
create table tally_due (
    merchant_id bigint not null,
    due_id      bigint generated always as identity,
    shipment_id bigint not null,
    primary key (merchant_id, due_id)
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);

-- What each ended shipment counts for, so that it can be taken back. It outlives the shipment's row and holds no personal data.
create table tally (
    merchant_id bigint not null references merchant,
    shipment_id bigint not null,
    week        date not null,                -- Monday of the week in which it ended
    carrier     text not null,                -- slug
    service     text not null,                -- '' untold
    lane        text not null,                -- e.g. 'DE-ES', 'US-US/CA'; '' untold
    counts      json not null,                -- measure -> how much
    units       json,                         -- product, U+001F, variant -> units that arrived; null: not counted
    primary key (merchant_id, shipment_id)
);

-- Units that arrived, by product and variant: what returns are held against. Sums of the tallies.
create table unit_count (
    merchant_id bigint not null references merchant,
    week        date not null,
    product     text collate "C" not null,    -- insights.returned.product_key
    variant     text collate "C" not null,    -- the shop's id; '' untold
    units       bigint not null,
    primary key (merchant_id, week, product, variant)
);

-- The sums of the tallies: what delivery performance is read from. The same shipments are summed up in four cuts, so that a year by carrier
-- is some thousand rows, however many lanes there are.
create table tally_count (
    merchant_id bigint not null references merchant,
    cut         text not null,                -- what they are told apart by: 'carrier', 'service', 'lane', or 'all' three; the rest is ''
    week        date not null,
    carrier     text not null,
    service     text not null,
    lane        text not null,
    measure     text not null,                -- of insights.finished
    times       bigint not null,
    primary key (merchant_id, cut, week, carrier, service, lane, measure)
);

-- The keys a merchant signs published figures with; the newest that has settled signs, all but the withdrawn verify.
create table signing_key (
    merchant_id bigint not null references merchant,
    key_id      text not null,                -- thumbprint of the public key (RFC 7638)
    public      bytea not null,               -- Ed25519, 32 bytes
    secret      bytea not null,               -- sealed; empty once it is withdrawn
    made_at     timestamptz not null,
    withdrawn_at timestamptz,                 -- null: it verifies
    primary key (merchant_id, key_id)
);

-- Codes no table of ours knows, to be mapped.
create table unknown_code (
    merchant_id  bigint not null references merchant,
    carrier      text not null,
    carrier_code text not null,
    carrier_text text not null,
    times        bigint not null,
    first_at     timestamptz not null,
    last_at      timestamptz not null,
    primary key (merchant_id, carrier, carrier_code, carrier_text)
);

-- What a merchant, or for everybody here the operator, says that an unknown code means. Once the history was replayed, one taken back goes.
create table code_mapping (
    merchant_id  bigint not null references merchant,
    mapping_id   bigint generated always as identity,
    everywhere   boolean not null,            -- for every merchant of this installation
    carrier      text not null,
    carrier_code text not null,               -- '' where the carrier sends words only
    carrier_text text not null,               -- as carriers.mapping folds it; '' any words under the code
    event_type   text not null,               -- 'unknown': read as unknown, whatever else is mapped
    made_by      text not null,
    made_at      timestamptz not null,
    removed_at   timestamptz,                 -- null: in force
    replay_at    timestamptz,                 -- when history is replayed next; null: done
    replays_left int not null,                -- a second one follows, for rows that were under way
    replayed_to  bytea,                       -- how far this replay is: msgpack of the last checkpoint's key
    scans        bigint not null default 0,   -- whose meaning it changed
    primary key (merchant_id, mapping_id)
);
create unique index code_mapping_key on code_mapping (merchant_id, everywhere, carrier, carrier_code, carrier_text);
create index code_mapping_replay on code_mapping (replay_at) where replay_at is not null;

-- One row per (trigger, subject, occurrence): what was decided, so that nothing is ever told twice.
create table decision (
    merchant_id  bigint not null,
    why_key      bytea not null,
    trigger      text not null,
    subject_kind text not null,
    subject_id   bigint not null,
    occurrence   text not null,
    order_id     bigint,
    outcome      text not null,               -- 'waiting', 'queued' or a domain.vocabulary.Skip
    detail       text not null default '',    -- why this channel, why now, which gate
    message_id   uuid,
    decided_at   timestamptz not null,
    primary key (merchant_id, why_key)
);
create index decision_order on decision (order_id, merchant_id) where order_id is not null;

-- How often each reason not to send stood, by day.
create table skip_count (
    merchant_id bigint not null,
    day         date not null,
    trigger     text not null,
    reason      text not null,
    times       bigint not null,
    primary key (merchant_id, day, trigger, reason)
);

-- Actions that wait: for their time, for the other parcels, for the end of quiet hours.
create table action_due (
    merchant_id bigint not null,
    why_key     bytea not null,
    due_at      timestamptz not null,
    order_id    bigint,
    action      json not null,                -- domain.messages.Action
    person      bytea,                        -- of whose own address it is told, with what else waits for them; null: it is told alone
    primary key (merchant_id, why_key)
);
create index action_due_at on action_due (due_at);
create index action_due_order on action_due (order_id, merchant_id);
create index action_due_person on action_due (person, merchant_id, due_at, why_key) where person is not null;

-- The template's own texts of rendered pages, kept once for all messages made of them; never changed.
create table message_frame (
    merchant_id bigint not null references merchant,
    frame_id    bytea not null,               -- hash of the texts
    texts       bytea not null,               -- zlib of a JSON list
    primary key (merchant_id, frame_id)
);

create table message (
    merchant_id     bigint not null,
    message_id      uuid not null,            -- version 7: its time is its month
    month           date not null,
    created_at      timestamptz not null,
    channel         text not null,
    connection_id   bigint not null,
    recipient       text not null,
    recipient_name  text,
    locale          text not null,
    purpose         text not null,
    topic           text not null,
    template        text not null,
    trigger         text not null,
    why_key         bytea not null,
    order_id        bigint,
    shipment_ids    bigint[] not null default '{}',
    subject         text not null,
    text            text not null,
    html            bytea not null,           -- with a frame msgpack domain.messages.Pieced.parts, else zlib; empty: none
    frame_id        bytea,
    body            bytea not null default '',
    reply_to        text,
    unsubscribe_url text,
    why             text not null,            -- why this, why this channel, why now
    state           text not null default 'queued',
    rank            smallint not null default 0,
    state_at        timestamptz not null,
    provider_id     text,
    provider_code   text not null default '',
    provider_text   text not null default '',
    extras          bytea not null default '', -- msgpack store.messages.Extras; empty: none
    primary key (merchant_id, month, message_id)
) partition by range (month);
create table message_rest partition of message default;
create index message_recipient on message (recipient, merchant_id, created_at);
create index message_order on message (order_id, merchant_id) where order_id is not null;
-- What went wrong is rare and looked for.
create index message_trouble on message (state, merchant_id, month, message_id) where state in ('unknown', 'bounced', 'refused', 'cancelled');
create index message_provider on message (provider_id, merchant_id) where provider_id is not null;
-- The last of each connection, however many go by others.
create index message_connection on message (connection_id, merchant_id, message_id);

-- Which messages still have to leave.
create table outbox (
    merchant_id   bigint not null,
    message_id    uuid not null,
    month         date not null,
    connection_id bigint not null,
    due_at        timestamptz not null,
    attempts      int not null default 0,
    lease_until   timestamptz,                -- set: a worker says it is sending
    primary key (merchant_id, message_id)
) with (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);

create index outbox_turn on outbox (connection_id, due_at) where lease_until is null;
create index outbox_lost on outbox (lease_until) where lease_until is not null;
-- The connection served last, as inbox_turn_taken.
create sequence outbox_turn_taken minvalue 0 start 0;

-- Before and after each call to a provider.
create table send_attempt (
    merchant_id bigint not null,
    message_id  uuid not null,
    attempt     int not null,
    started_at  timestamptz not null,
    ended_at    timestamptz,
    outcome     text,                         -- a domain.vocabulary.MessageState, 'try_later' or 'misconfigured'; null: no answer known
    detail      text not null default '',
    primary key (merchant_id, message_id, attempt)
);

create table receipt (
    merchant_id   bigint not null,
    receipt_id    bigint generated always as identity,
    message_id    uuid not null,
    state         text not null,
    provider_code text not null,
    provider_text text not null,
    at            timestamptz not null,
    received_at   timestamptz not null default now(),
    remedy        text,                       -- domain.vocabulary.Remedy
    machine       boolean not null default false,
    primary key (merchant_id, receipt_id)
);
create unique index receipt_once on receipt (merchant_id, message_id, state, provider_code, machine);

-- What providers charge for messages, as far as they say.
create table message_cost (
    merchant_id bigint not null,
    message_id  uuid not null,
    amount      numeric,                      -- in whole units of the currency; null untold
    currency    text not null default '',
    parts       int not null default 0,       -- text parts billed; 0 untold
    category    text not null default '',     -- the provider's own class
    billable    boolean,                      -- null untold
    at          timestamptz not null,
    primary key (merchant_id, message_id)
);

-- Links of messages that were followed, ours and those that providers tell of.
create table click (
    merchant_id bigint not null,
    message_id  uuid not null,
    url         text not null,
    machine     boolean not null,             -- by a scanner or a proxy
    times       int not null default 1,
    first_at    timestamptz not null,
    last_at     timestamptz not null,
    primary key (merchant_id, message_id, url, machine)
);

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

-- Messages behind which another channel stands, should the first fail or nothing be heard of it in time.
create table fallback (
    merchant_id bigint not null,
    message_id  uuid not null,
    month       date not null,                -- the message's
    due_at      timestamptz not null,         -- to be tried, or let go, then
    order_id    bigint not null,
    actions     json not null,                -- a list of domain.messages.Action
    tried       text[] not null,              -- channels that are not tried (again)
    tries       int not null default 1,
    why         text not null default '',     -- what made it due
    only_failed boolean not null default false, -- due to be let go: silence alone makes no other channel be tried
    orders      bigint[],                     -- the order of each action; null: all are the order's
    primary key (merchant_id, message_id)
);
create index fallback_due on fallback (due_at);

-- Browsers that want to be told of an order (or, as the merchant wants it, of all orders of its customer).
create table push_subscription (
    merchant_id     bigint not null,
    subscription_id bigint generated always as identity,
    address         text not null,            -- the customer's e-mail address or phone, as the order has it
    order_id        bigint not null,          -- on whose page it was made
    endpoint        text not null,            -- of the browser's push service
    p256dh          text not null,            -- RFC 8291's keys, base64url
    auth            text not null,
    agent           text not null default '', -- 'Firefox', 'Safari', …
    locale          text not null,            -- BCP 47, of the page
    created_at      timestamptz not null,
    last_ok_at      timestamptz,              -- its push service took a message last
    failures        int not null default 0,   -- since then
    primary key (merchant_id, subscription_id)
);
create unique index push_subscription_once on push_subscription (merchant_id, endpoint, order_id);
create index push_subscription_address on push_subscription (address, merchant_id);

-- A person, as far as a merchant can tell: a set of identities.
create table customer (
    merchant_id bigint not null references merchant,
    customer_id bigint generated always as identity,
    created_at  timestamptz not null,
    merged_into bigint,                       -- set: all its identities went there
    primary key (merchant_id, customer_id)
);

create table customer_identity (
    merchant_id  bigint not null,
    kind         text not null,               -- domain.people.IdentityKind
    value        text not null,
    customer_id  bigint not null,
    source       text not null,               -- 'order', 'reply', 'provider', 'knowledge', 'agent', 'app'
    first_at     timestamptz not null,
    verified_at  timestamptz,                 -- null: said, not shown
    verified_how text not null default '',
    primary key (merchant_id, kind, value),
    foreign key (merchant_id, customer_id) references customer
);
create index customer_identity_of on customer_identity (customer_id, merchant_id);

-- Merges and splits of customers, each of which can be taken back.
create table customer_change (
    merchant_id bigint not null,
    change_id   bigint generated always as identity,
    kind        text not null,                -- 'merge' or 'split'
    from_id     bigint not null,
    to_id       bigint not null,
    identities  json not null,                -- the [kind, value] pairs that moved
    actor       text not null,
    why         text not null,
    at          timestamptz not null,
    undone_at   timestamptz,
    undone_by   text,
    primary key (merchant_id, change_id)
);
create index customer_change_from on customer_change (from_id, merchant_id);
create index customer_change_to on customer_change (to_id, merchant_id);

-- What is said with one address on one channel.
create table conversation (
    merchant_id     bigint not null,
    conversation_id bigint generated always as identity,
    channel         text not null,
    address         text not null,
    connection_id   bigint not null,          -- through which it last came in
    customer_id     bigint,                   -- null: not known who this is
    order_id        bigint,                   -- what it is about; null: not known
    opened_at       timestamptz not null,
    last_in_at      timestamptz,              -- the customer wrote last
    asked_at        timestamptz,              -- we asked who this is, last
    asked           int not null default 0,   -- how often
    open            boolean not null default true, -- a human has to look
    primary key (merchant_id, conversation_id)
);
create unique index conversation_once on conversation (merchant_id, channel, address);
create index conversation_customer on conversation (customer_id, merchant_id) where customer_id is not null;
create index conversation_open on conversation (merchant_id, last_in_at, conversation_id) where open;
create index conversation_last on conversation (merchant_id, last_in_at, conversation_id);

-- Conversations that a human takes over: for each at most one that is not closed.
create table handover (
    merchant_id     bigint not null,
    handover_id     bigint generated always as identity,
    conversation_id bigint not null,
    reason          text not null,             -- domain.talking.handovers.HandoverReason, the first
    also            text[] not null default '{}', -- reasons that came while it was open
    summary         text not null,             -- what it is about, for whoever takes it
    order_id        bigint,                    -- null: none is known
    turn_id         bigint,                    -- the turn that gave it away; null: none did
    intent          text not null default '',  -- what the customer wants, domain.talking.intents.Intent; '': not known
    language        text not null,             -- the customer's, ISO 639-1; '': not known
    skill           text not null default '',  -- what whoever takes it has to be able to; '': nothing special
    queue           text not null,
    priority        int not null,              -- 0 first, 3 last
    state           text not null,             -- domain.talking.inbox.HandoverState
    assignee        bigint,                    -- desk_user; null: nobody
    theirs          boolean not null default false, -- we answered last: it is the customer's turn
    asked_at        timestamptz not null,
    due_at          timestamptz not null,      -- our next answer is due
    told_late       boolean not null default false, -- it was told that this answer is late
    taken_at        timestamptz,               -- first
    answered_at     timestamptz,               -- by a human, first
    touched_at      timestamptz not null,      -- a human or the customer did something, last
    snoozed_until   timestamptz,
    closed_at       timestamptz,
    closed_by       text not null default '',  -- 'user 7', 'key 7' or 'rule'
    close_reason    text not null default '',  -- domain.talking.inbox.CloseReason
    csat_asked_at   timestamptz,
    csat_message_id uuid,                      -- the message that asked
    csat_score      int check (csat_score between 1 and 5),
    csat_comment    text not null default '',
    csat_at         timestamptz,
    primary key (merchant_id, handover_id)
);
create unique index handover_open on handover (merchant_id, conversation_id) where state <> 'closed';
create index handover_conversation on handover (conversation_id, merchant_id, handover_id);
create index handover_all on handover (merchant_id, theirs, priority, due_at, handover_id) where state in ('waiting', 'held');
create index handover_waiting on handover (merchant_id, theirs, priority, due_at, handover_id) where state = 'waiting';
create index handover_queue on handover (merchant_id, queue, theirs, priority, due_at, handover_id) where state in ('waiting', 'held');
create index handover_language on handover (merchant_id, language, theirs, priority, due_at, handover_id) where state in ('waiting', 'held');
create index handover_mine on handover (merchant_id, assignee, theirs, priority, due_at, handover_id) where state in ('waiting', 'held');
create index handover_snoozed on handover (merchant_id, snoozed_until, handover_id) where state = 'snoozed';
create index handover_wakes on handover (snoozed_until) where state = 'snoozed';
create index handover_late on handover (due_at) where state in ('waiting', 'held') and not theirs and not told_late;
create index handover_closed on handover (merchant_id, closed_at, handover_id) include (csat_score, csat_asked_at) where state = 'closed';
create index handover_order on handover (order_id, merchant_id) where order_id is not null;

-- What happened to a conversation among us: notes, and who took, gave, snoozed, closed it.
create table handover_entry (
    merchant_id     bigint not null,
    entry_id        bigint generated always as identity,
    conversation_id bigint not null,
    handover_id     bigint,                    -- null: a note while none was open
    at              timestamptz not null,
    kind            text not null,             -- domain.talking.inbox.EntryKind
    actor           text not null,             -- 'user 7', 'key 7', 'rule', 'talk' or 'customer'
    text            text not null,
    primary key (merchant_id, entry_id)
);
create index handover_entry_of on handover_entry (conversation_id, merchant_id, entry_id);

-- Desk users as those who answer customers.
create table agent (
    merchant_id bigint not null,
    user_id     bigint not null,
    name        text not null default '',      -- as colleagues see it; '': the e-mail address
    languages   text[] not null default '{}',  -- ISO 639-1; '{}': every one
    skills      text[] not null default '{}',
    available   boolean not null default false, -- conversations may be given to them
    most        int not null default 8,        -- conversations given to them at once where conversations are given out
    given_at    timestamptz,                   -- one was given to them, last
    primary key (merchant_id, user_id),
    foreign key (merchant_id, user_id) references desk_user on delete cascade
);

-- Answers that agents use again and again, and what else they do.
create table macro (
    merchant_id bigint not null,
    macro_id    bigint generated always as identity,
    name        text not null,
    texts       json not null,                 -- language → text with holes
    act         text not null default '',      -- domain.talking.inbox.MacroAct; '': nothing
    queue       text not null default '',      -- MacroAct.MOVE: where to
    used        bigint not null default 0,
    primary key (merchant_id, macro_id)
);
create unique index macro_name on macro (merchant_id, lower(name));

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

-- Orders that were given out for Apple Wallet: what the last package said, and since when it says so.
create table wallet_order (
    merchant_id bigint not null,
    order_id    bigint not null,
    digest      bytea not null,               -- of the package without its date
    updated_at  timestamptz not null,         -- whole seconds; only grows
    primary key (merchant_id, order_id),
    foreign key (merchant_id, order_id) references orders on delete cascade
);

-- Devices that hold an order in Apple Wallet and are to be told when it changes.
create table wallet_device (
    merchant_id   bigint not null,
    order_id      bigint not null,
    device        text not null,              -- as it calls itself towards us
    order_type    text not null,              -- the order type identifier under which it holds it
    push_token    text not null,
    registered_at timestamptz not null,
    primary key (merchant_id, order_id, device),
    foreign key (merchant_id, order_id) references orders on delete cascade
);
create index wallet_device_own on wallet_device (device, merchant_id);
create index wallet_device_token on wallet_device (push_token, merchant_id);

-- What came back from people.
create table reply (
    merchant_id   bigint not null,
    reply_id      bigint generated always as identity,
    connection_id bigint not null,
    provider_id   text not null,
    channel       text not null,
    sender        text not null,
    recipient     text not null,
    text          text not null,
    keyword       text not null,
    received_at   timestamptz not null,
    conversation_id bigint,
    message_id    uuid,                       -- the message of ours that it answers
    order_id      bigint,                     -- what it is about; null: not known
    choice        text not null default '',   -- the choice of that message that was made
    bound         text not null default '',   -- how it was bound, or why not
    sender_name   text not null default '',
    quoted        text not null default '',
    place         json,                       -- domain.messages.Location
    primary key (merchant_id, reply_id),
    unique (merchant_id, connection_id, provider_id)
);
create index reply_conversation on reply (conversation_id, merchant_id, reply_id) where conversation_id is not null;

-- What a talk remembers between two turns.
create table talk (
    merchant_id     bigint not null references merchant,
    conversation_id bigint not null,
    customer_id     bigint,                   -- null: not known who this is
    memory          json not null,            -- domain.talking.memory.Memory
    going_on        boolean not null,         -- a request is under way: it may be taken up on another channel
    updated_at      timestamptz not null,
    primary key (merchant_id, conversation_id)
);
create index talk_customer on talk (customer_id, merchant_id, updated_at) where customer_id is not null and going_on;

-- One utterance of a customer, and what was understood, said and done.
create table turn (
    merchant_id     bigint not null references merchant,
    turn_id         bigint generated always as identity,
    conversation_id bigint not null,
    reply_id        bigint not null,
    came_at         timestamptz not null,
    state           text not null check (state in ('waiting', 'answered', 'silent', 'failed')),
    due_at          timestamptz not null,     -- when it is taken up, or again
    tries           int not null default 0,
    turned_at       timestamptz,              -- null: not yet
    took_ms         real,
    driver          text not null default '', -- 'offline', 'model'; '' nobody answered
    language        text not null default '',
    talk            text not null default '',
    intent          text not null default '',
    confidence      real not null default 0,
    order_id        bigint,
    answered        boolean not null default false, -- it got an answer, not only a question back
    handover        text not null default '', -- domain.talking.handovers.HandoverReason; '' none
    unanswered      boolean not null default false, -- the shop's knowledge had nothing
    message_id      uuid,                     -- what was said back; null: nothing
    understood      json,                     -- domain.talking.understood.Understood
    did             json,                     -- list of domain.talking.turns.Did
    said            json,                     -- keys of what was said, what was offered
    primary key (merchant_id, turn_id)
);
create unique index turn_reply on turn (merchant_id, reply_id);
create index turn_waiting on turn (due_at) where state = 'waiting';
create index turn_conversation on turn (merchant_id, conversation_id, turn_id);
create index turn_came on turn (merchant_id, came_at);

-- Files that came with replies.
create table reply_file (
    merchant_id  bigint not null,
    reply_id     bigint not null,
    position     int not null,
    name         text not null,
    content_type text not null,
    size         int not null,                -- bytes; 0 while it lies with the provider
    content      bytea not null,
    url          text not null default '',
    media_id     text not null default '',
    unfetched    text not null default '',    -- why it was given up, domain.vocabulary.Unfetched; '': it was not
    unfetched_why text not null default '',   -- what was said then
    primary key (merchant_id, reply_id, position)
);

-- Files that lie with a provider and are to be fetched.
create table file_due (
    merchant_id bigint not null,
    reply_id    bigint not null,
    position    int not null,
    due_at      timestamptz not null,         -- while it is being fetched: when the lease ends
    wanted_at   timestamptz not null,         -- since when; after two days it is given up
    attempts    int not null default 0,
    trouble     text not null default '',     -- why the last one came to nothing, domain.vocabulary.Unfetched; '': there was none, or it is under way
    trouble_why text not null default '',
    primary key (merchant_id, reply_id, position),
    foreign key (merchant_id, reply_id, position) references reply_file on delete cascade
);
create index file_due_next on file_due (due_at);

-- Every yes and no ever said; the newest counts.
create table consent (
    merchant_id bigint not null,
    consent_id  bigint generated always as identity,
    address     text not null,                -- e-mail address lower case, or E.164
    purpose     text not null,
    channel     text,                         -- null: all
    granted     boolean not null,
    source      text not null,
    wording     text,
    at          timestamptz not null,
    proof       text not null default '',     -- what shows it: the page, the message, the network it came from
    primary key (merchant_id, consent_id)
);
create unique index consent_once on consent (merchant_id, address, purpose, coalesce(channel, ''), source, at);

-- A yes that its owner has to say again by a link, where the law or the merchant wants it.
create table consent_asked (
    merchant_id  bigint not null,
    asked_id     bigint generated always as identity,
    address      text not null,
    purpose      text not null,
    channel      text,                        -- null: all
    source       text not null,
    wording      text not null,
    locale       text not null,
    asked_at     timestamptz not null,
    confirmed_at timestamptz,
    primary key (merchant_id, asked_id)
);
create index consent_asked_address on consent_asked (address, merchant_id);

create table suppression (
    merchant_id bigint not null,
    channel     text not null,
    address     text not null,
    purpose     text not null,                -- '' for every purpose
    reason      text not null,
    at          timestamptz not null,
    primary key (merchant_id, channel, address, purpose)
);
create index suppression_age on suppression (at, merchant_id);

-- Topics a customer switched off.
create table topic_off (
    merchant_id bigint not null,
    address     text not null,
    topic       text not null,
    at          timestamptz not null,
    primary key (merchant_id, address, topic)
);

-- The language a customer chose.
create table chosen_locale (
    merchant_id bigint not null,
    address     text not null,                -- e-mail address lower case, or E.164
    locale      text not null,                -- BCP 47
    at          timestamptz not null,
    primary key (merchant_id, address)
);

-- Answers kept so that a repeated API call gets the same one.
create table idempotency (
    merchant_id  bigint not null,
    key          text not null,
    request_hash bytea not null,
    status       int,                         -- null: still being answered
    response     bytea,
    created_at   timestamptz not null,
    primary key (merchant_id, key)
);
create index idempotency_age on idempotency (created_at);

-- How far an import of a file has come.
create table import_progress (
    merchant_id bigint not null,
    file_hash   bytea not null,
    lines_done  bigint not null,
    at          timestamptz not null,
    primary key (merchant_id, file_hash)
);

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

-- What shops sell, as far as actions care.
create table variant (
    merchant_id   bigint not null,
    connection_id bigint not null,            -- the shop
    variant_id    text collate "C" not null,
    product_id    text collate "C" not null,
    document      json not null,              -- domain.actions.known.KnownVariant; its stock is the column's
    stock         int,                        -- null: uncounted
    held          int not null default 0 check (held >= 0), -- units kept back for cases
    changed_at    timestamptz not null,
    primary key (merchant_id, connection_id, variant_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);
create index variant_product on variant (product_id, merchant_id, connection_id);

-- A shop's own record of a customer.
create table profile (
    merchant_id   bigint not null,
    connection_id bigint not null,            -- the shop
    external_id   text collate "C" not null,  -- the shop's id of the customer
    email         text collate "C",           -- lower case
    document      json not null,              -- domain.actions.known.KnownCustomer without methods and counts
    changed_at    timestamptz not null,
    primary key (merchant_id, connection_id, external_id),
    foreign key (merchant_id, connection_id) references connection on delete cascade
);
create index profile_email on profile (email, merchant_id) where email is not null;

create table payment_method (
    merchant_id   bigint not null,
    connection_id bigint not null,
    external_id   text collate "C" not null,  -- the customer, as in profile
    method_id     text collate "C" not null,
    kind          text not null,              -- domain.actions.kinds.MethodKind
    label         text not null default '',
    balance_minor bigint check (balance_minor >= 0), -- null: not ours to know
    currency      text,
    primary key (merchant_id, connection_id, external_id, method_id),
    foreign key (merchant_id, connection_id, external_id) references profile on delete cascade
);

-- Money of orders, as it came and went. An order without rows is paid as its document says.
create table payment (
    merchant_id  bigint not null,
    payment_id   bigint generated always as identity,
    order_id     bigint not null,
    once         text not null,               -- what it is, so that it stands here once
    method_id    text not null default '',
    amount_minor bigint not null check (amount_minor >= 0),
    currency     text not null,
    refund       boolean not null,
    at           timestamptz,
    case_id      bigint,
    primary key (merchant_id, payment_id),
    foreign key (merchant_id, order_id) references orders
);
create unique index payment_once on payment (order_id, merchant_id, once);

-- What customers asked to be done, from asking to its end.
create table cases (
    merchant_id bigint not null references merchant,
    case_id     bigint generated always as identity,
    rma         text not null,                -- as the customer and the parcel call it
    once        text not null,                -- idempotency key of the commit that opened it
    kind        text not null,                -- domain.actions.kinds.CaseKind
    action      text not null,                -- domain.actions.kinds.ActionKind
    state       text not null,                -- domain.actions.kinds.CaseState
    order_id    bigint not null,
    email       text collate "C",             -- of the order's customer, lower case
    document    json not null,                -- domain.actions.cases.Case
    opened_at   timestamptz not null,
    since       timestamptz not null,
    look_at     timestamptz,                  -- when it is looked at next; null: it has ended
    primary key (merchant_id, case_id),
    foreign key (merchant_id, order_id) references orders
);
create unique index cases_rma on cases (merchant_id, rma);
create unique index cases_once on cases (merchant_id, once);
create index cases_order on cases (order_id, merchant_id);
create index cases_email on cases (email, merchant_id, opened_at) where email is not null;
create index cases_state on cases (merchant_id, state, case_id);
create index cases_since on cases (merchant_id, state, since, case_id);
create index cases_look on cases (look_at) where look_at is not null;
create index cases_opened on cases (merchant_id, opened_at);

-- Each step of each case.
create table case_event (
    merchant_id bigint not null,
    case_id     bigint not null,
    event_id    bigint generated always as identity,
    at          timestamptz not null,
    actor       text not null,                -- "customer", "policy", "user 12", "key 3", "carrier", "shop", "time"
    was         text,                         -- null: it was opened
    state       text not null,
    why         text not null default '',
    detail      json not null default '{}',
    primary key (merchant_id, case_id, event_id),
    foreign key (merchant_id, case_id) references cases on delete cascade
);

-- Photos of customers and labels.
create table case_file (
    merchant_id  bigint not null references merchant,
    file_id      bigint generated always as identity,
    token        text not null,               -- the unguessable part of its address
    order_id     bigint not null,
    case_id      bigint,                      -- null: handed in, not yet part of a case
    kind         text not null,               -- 'photo' or 'label'
    content_type text not null,
    body         bytea not null,
    created_at   timestamptz not null,
    primary key (merchant_id, file_id)
);
create unique index case_file_token on case_file (token);
create index case_file_case on case_file (case_id, merchant_id) where case_id is not null;
create index case_file_loose on case_file (created_at) where case_id is null;

-- Actions that wait for their yes, or have had it.
create table prepared (
    merchant_id  bigint not null references merchant,
    prepared_id  bigint generated always as identity,
    token_hash   bytea not null,              -- sha256 of what the yes names
    digest       text not null,               -- of the plan, domain.actions.plans.Plan.digest
    action       json not null,               -- domain.actions.arguments.BusinessAction
    asker        text not null,               -- whose it is: the yes of nobody else counts
    order_id     bigint,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    committed_at timestamptz,
    outcome      json,                        -- what was answered to the yes; the same yes gets the same answer
    primary key (merchant_id, prepared_id)
);
create unique index prepared_token on prepared (token_hash);
create index prepared_age on prepared (created_at);

-- A merchant's rules, every version.
create table action_policy (
    merchant_id bigint not null references merchant,
    version     int not null,
    document    json not null,                -- actions.policy.Policy
    note        text not null default '',
    made_by     text not null,
    made_at     timestamptz not null,
    live_from   timestamptz,                  -- null: a draft
    primary key (merchant_id, version)
);

-- What a merchant's customers say, with what they mean by it: learnt from.
create table intent_utterance (
    merchant_id bigint not null references merchant,
    text        text not null,                -- at most 600 characters
    label       text not null,                -- domain.talking.intents.Intent, or a label of the merchant's own
    source      text not null,                -- "desk", "file", "talk"
    added_by    text not null,
    added_at    timestamptz not null,
    primary key (merchant_id, text)
);

-- Models that correct the built-in one by them, every version.
create table intent_model (
    merchant_id bigint not null references merchant,
    version     int not null,
    trained_at  timestamptz not null,
    trained_by  text not null,
    utterances  int not null,
    taught_with text not null,                -- fingerprint of the utterances
    upon        text not null,                -- fingerprint of the built-in model's seeds
    artefact    bytea not null,
    judged      json not null,                -- conversations.understanding.own.Judged
    live_from   timestamptz,                  -- null: a draft
    retired_at  timestamptz,                  -- null while it is live
    primary key (merchant_id, version)
);
create unique index intent_model_live on intent_model (merchant_id) where live_from is not null and retired_at is null;

-- What was asked and refused, counted by day; names nobody.
create table refusal_count (
    merchant_id bigint not null,
    day         date not null,
    action      text not null,
    code        text not null,                -- domain.actions.refusals.RefusalCode
    asked       bigint not null,
    primary key (merchant_id, day, action, code)
);

-- What somebody outside has to do for a case, and whether they said that they did.
create table errand (
    merchant_id   bigint not null,
    errand_id     bigint generated always as identity,
    case_id       bigint not null,
    once          text not null,
    target        text not null,              -- domain.actions.kinds.Outside
    kind          text not null,              -- domain.actions.plans.ErrandKind
    body          json not null default '{}',
    state         text not null,              -- waiting, sent, escalated; done, refused, withdrawn
    connection_id bigint,                     -- through which it goes; null: not decided yet
    message_id    uuid,                       -- in the outbox; null: not there yet
    made_at       timestamptz not null,
    sent_at       timestamptz,
    look_at       timestamptz,                -- when its answer is overdue, or it is to be handed on; null: it has ended
    answered_at   timestamptz,
    answer        text not null default '',   -- in the other's words, without personal data
    external_id   text not null default '',   -- the other's id of what was made
    way           text not null default '',   -- by which way it went: shop, carrier, mail, webhook, desk; '': none yet
    reminded      int not null default 0,     -- times that whoever has it was reminded
    primary key (merchant_id, errand_id),
    foreign key (merchant_id, case_id) references cases on delete cascade
);
create unique index errand_once on errand (merchant_id, once);
create index errand_case on errand (case_id, merchant_id);
create index errand_look on errand (look_at) where look_at is not null;
create index errand_state on errand (merchant_id, state, errand_id);
create index errand_message on errand (message_id, merchant_id) where message_id is not null;

-- Labels that are being made or made void: what lies with their providers.
create table label_try (
    merchant_id   bigint not null,
    errand_id     bigint not null,
    connection_id bigint,                   -- through which it is made; null: a slip of our own
    provider      text not null,            -- slug of the plug-in
    quote         json,                     -- domain.labels.Quote: what was chosen, so that a lost answer buys nothing twice; null: nothing yet
    tries         int not null,             -- so far
    told          text not null default '',   -- what the desk was told is wrong, so that it is told once
    primary key (merchant_id, errand_id),
    foreign key (merchant_id, errand_id) references errand on delete cascade
);
-- Codes that went out to prove who asks. A question that fits nobody has a row, too: it costs the same and nobody can tell.
create table one_time_code (
    merchant_id bigint not null references merchant,
    code_id     bigint generated always as identity,
    handle_hash bytea not null,               -- sha256 of what the code is handed in with
    code_hash   bytea not null,               -- keyed; of nothing where nothing was sent
    person      bytea not null,               -- keyed hash of whom it was asked for, to count by
    kind        text,                         -- 'email' or 'phone'; null: it fits nobody
    address     text,                         -- where it went, as it stood on the order; null: nowhere
    tries       int not null default 0,
    made_at     timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz,
    primary key (merchant_id, code_id)
);
create unique index one_time_code_handle on one_time_code (handle_hash);
create index one_time_code_person on one_time_code (person, merchant_id, made_at);
create index one_time_code_address on one_time_code (address, merchant_id, made_at) where address is not null;
create index one_time_code_age on one_time_code (made_at);

-- Customers' sessions: what they may do lies sealed in their cookie, here only that it lives. A row away, and the cookie opens nothing.
create table customer_session (
    merchant_id  bigint not null references merchant,
    session_hash bytea not null,              -- sha256 of the session's name
    seen_at      timestamptz not null,
    expires_at   timestamptz not null,
    primary key (merchant_id, session_hash)
);
create index customer_session_age on customer_session (expires_at);

-- Programs that registered themselves to act for customers (OAuth).
create table assistant_client (
    merchant_id bigint not null references merchant,
    client_id   text collate "C" not null,    -- random; all of them are public clients: they prove themselves by PKCE
    name        text not null,                -- as the program calls itself
    redirects   text[] not null,              -- addresses that a customer may be led back to
    made_at     timestamptz not null,
    used_at     timestamptz,                  -- null: no customer has let it
    revoked_at  timestamptz,
    primary key (merchant_id, client_id)
);
create index assistant_client_unused on assistant_client (made_at) where used_at is null;

-- What a customer lets an assistant do, and the hashes of what it shows for it.
create table assistant_grant (
    merchant_id       bigint not null references merchant,
    grant_id          bigint generated always as identity,
    client_id         text collate "C",       -- null: a token that the customer made and carried there by hand
    name              text not null,          -- what the customer knows it by
    scopes            text[] not null,        -- 'orders:read', 'actions:prepare', 'actions:commit_reversible'
    kind              text not null,          -- 'email', 'phone': what the customer had shown to be theirs
    address           text not null,
    locale            text not null,
    made_at           timestamptz not null,
    expires_at        timestamptz not null,   -- of all that stands below
    used_at           timestamptz,
    revoked_at        timestamptz,
    code_hash         bytea,                  -- of the code that is exchanged once for the first tokens; null: it was
    code_expires_at   timestamptz,
    challenge         text,                   -- PKCE, S256
    redirect          text,
    access_hash       bytea,
    access_expires_at timestamptz,
    family_hash       bytea,                  -- the part that all refresh tokens of this grant share
    refresh_hash      bytea,                  -- of the one that holds; another of the family ends the grant: it was copied
    primary key (merchant_id, grant_id),
    foreign key (merchant_id, client_id) references assistant_client
);
create unique index assistant_grant_code on assistant_grant (merchant_id, code_hash) where code_hash is not null;
create unique index assistant_grant_access on assistant_grant (merchant_id, access_hash) where access_hash is not null;
create unique index assistant_grant_family on assistant_grant (merchant_id, family_hash) where family_hash is not null;
create index assistant_grant_person on assistant_grant (merchant_id, kind, address);
create index assistant_grant_client on assistant_grant (merchant_id, client_id) where client_id is not null;
create index assistant_grant_age on assistant_grant (expires_at);

-- Who tried too often to find out what is not theirs, by day.
create table alarm (
    merchant_id bigint not null references merchant,
    day         date not null,
    kind        text not null,                -- 'guessing'; 'told': its owners were mailed that day
    subject     bytea not null,               -- hash of what was counted, '' for 'told'
    what        text not null,                -- 'network', 'order', 'person', 'shop'
    hint        text not null,                -- for the owner: the network, the order's number, an address without most of it
    times       bigint not null,              -- refused tries
    first_at    timestamptz not null,
    last_at     timestamptz not null,
    primary key (merchant_id, day, kind, subject)
);
create index alarm_age on alarm (day);

-- What a shop knows: its articles, cut into passages that are found and quoted; questions that nothing of it answers.
create table knowledge (
    merchant_id bigint primary key references merchant,
    -- Another one with every change of what may be quoted: whoever holds an index in memory looks whether it is still this one.
    version     bigint not null default 0
);
create table article (
    merchant_id  bigint not null references merchant,
    article_id   bigint generated always as identity,
    key          text not null,             -- tells it from the merchant's others: a path, an address, the question of a row
    origin       text not null,             -- what it was brought in by: a file, an address, "desk"; brought in again it is replaced
    title        text not null,
    body         text not null,             -- Markdown
    language     text not null default '',  -- BCP 47; '': not told
    url          text not null default '',  -- where a customer can read it; '': nowhere
    audience     text not null default 'customers',
    valid_until  date,                      -- the last day on which it is quoted; null: until it is changed
    digest       bytea not null,            -- of all that the columns above say
    passages     int not null,
    kept_at      timestamptz not null,      -- when this text came
    seen_at      timestamptz not null,      -- when we were last given it, changed or not
    quoted_at    timestamptz,               -- null: never
    quoted       bigint not null default 0,
    primary key (merchant_id, article_id),
    unique (merchant_id, key)
);
create index article_origin on article (merchant_id, origin);
create table passage (
    merchant_id bigint not null,
    article_id  bigint not null,
    place       int not null,
    path        text[] not null,            -- headings above it, the outermost first
    text        text not null,
    vectors     bytea not null,             -- of the whole, the heading, each sentence; see conversations/knowledge/encoding
    heading     text[] not null,            -- what the heading is found by
    tokens      text[] not null,            -- what the whole is found by
    read_by     text not null,              -- what made the three above; what another made is made anew
    primary key (merchant_id, article_id, place),
    foreign key (merchant_id, article_id) references article on delete cascade
);
create table unanswered (
    merchant_id     bigint not null references merchant,
    unanswered_id   bigint generated always as identity,
    question        text not null,          -- without addresses and long numbers
    question_key    text not null,          -- the same for questions that differ in capitals, accents and signs alone
    language        text not null default '',
    conversation_id bigint,                 -- null: not asked in a conversation
    at              timestamptz not null,
    why             text not null,
    article_id      bigint,                 -- whose passage came nearest; null: there was none
    place           int,
    score           real not null,
    settled_at      timestamptz,            -- an answer was written, or none is wanted; null: open
    settled_by      text not null default '',
    primary key (merchant_id, unanswered_id)
);
create index unanswered_open on unanswered (merchant_id, question_key) where settled_at is null;
create index unanswered_at on unanswered (at);

-- What customers came for: one customer, one conversation, one subject, while it is spoken of without a pause; see docs/rules/closing-the-loop.md.
create table contact (
    merchant_id     bigint not null references merchant,
    contact_id      bigint generated always as identity,
    conversation_id bigint not null,
    sitting_at      timestamptz not null,      -- when the conversation was taken up, after a pause
    person          bigint not null,           -- customer_id; not known: minus conversation_id
    subject         text not null,             -- insights.talks.subject_of; '': nothing known
    order_id        bigint,                    -- null: none is known
    talk            text not null,             -- the talk it began with; '': none answered
    began_at        timestamptz not null,
    ended_at        timestamptz not null,      -- its newest message
    answered        boolean not null,          -- that was answered, not only asked back
    answered_at     timestamptz,               -- by the machine, first; null: never
    is_again        boolean not null default false, -- the same subject was spoken of in the seven days before
    again_at        timestamptz,               -- the customer came back on the subject within seven days; null: not so far
    primary key (merchant_id, contact_id)
);
create index contact_conversation on contact (conversation_id, merchant_id, ended_at);
create index contact_person on contact (person, merchant_id, subject, ended_at);
create index contact_order on contact (order_id, merchant_id, subject, ended_at) where order_id is not null;
create index contact_began on contact (merchant_id, began_at);

-- What a talk let a customer expect, to be looked at when it should have happened; at most one message each.
create table follow_up (
    merchant_id     bigint not null references merchant,
    follow_up_id    bigint generated always as identity,
    conversation_id bigint not null,
    turn_id         bigint not null,           -- the turn that promised it
    kind            text not null,             -- domain.talking.following.PromiseKind
    once            text not null,             -- what was promised of what: two of it that wait are one
    order_id        bigint,
    shipment_id     bigint,
    case_id         bigint,
    promised_on     date,                      -- the last day that was told; null: none was
    made_at         timestamptz not null,
    due_at          timestamptz,               -- the next look; null: it has ended
    state           text not null check (state in ('waiting', 'told', 'dropped')),
    outcome         text not null default '',  -- domain.talking.following.Outcome; '': it waits
    message_id      uuid,                      -- what was said; null: nothing
    ended_at        timestamptz,
    answer          text not null default '',  -- what the customer chose: 'ok', 'not'; '': nothing
    primary key (merchant_id, follow_up_id),
    check ((state = 'waiting') = (due_at is not null))
);
create unique index follow_up_once on follow_up (merchant_id, conversation_id, once) where state = 'waiting';
create index follow_up_due on follow_up (due_at) where due_at is not null;
create index follow_up_made on follow_up (merchant_id, made_at);

-- What could be answered better, found week by week, and what became of it.
create table proposal (
    merchant_id     bigint not null references merchant,
    proposal_id     bigint generated always as identity,
    key             text not null,             -- tells it from others, week after week
    week            date not null,             -- the Monday of the week in which it was found last
    kind            text not null,             -- domain.talking.learning.Kind
    name            text not null,             -- by its most telling phrases
    size            int not null,              -- turns in it, that week
    examples        json not null,             -- customers' words, personal data hidden
    change          json not null,             -- domain.talking.learning.Change
    state           text not null check (state in ('proposed', 'accepted', 'dismissed', 'measured')),
    made_at         timestamptz not null,
    decided_at      timestamptz,
    decided_by      text not null default '',
    before          json,                      -- domain.talking.learning.Measure of the week before it was accepted
    after           json,                      -- of the week after
    primary key (merchant_id, proposal_id)
);
create unique index proposal_once on proposal (merchant_id, key);
create index proposal_state on proposal (merchant_id, state, week, proposal_id);
create index proposal_measured on proposal (decided_at) where state = 'accepted';
create table learning_week (
    merchant_id bigint not null references merchant,
    week        date not null,                 -- its Monday
    looked_at   timestamptz not null,
    turns       int not null,                  -- that were looked at
    primary key (merchant_id, week)
);

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

create table audit (
    merchant_id bigint not null,
    audit_id    bigint generated always as identity,
    at          timestamptz not null default now(),
    actor       text not null,                -- desk user's id, api key's id, or 'cli'
    action      text not null,
    detail      text not null default '',
    primary key (merchant_id, audit_id)
);
-- Who changed what, apart from what assistants ask for: there may be many of those.
create index audit_changes on audit (merchant_id, audit_id) where not starts_with(action, 'assistant.');
create index audit_assistant_calls on audit (merchant_id, audit_id) where starts_with(action, 'assistant.');
create index audit_assistant_age on audit (at) where starts_with(action, 'assistant.');

create table migration (
    name       text primary key,
    applied_at timestamptz not null default now()
);

-- Make the month partitions from one date to another; months there already are left alone.
create function ensure_months(first date, last date) returns int language plpgsql as $$
declare
    start date := date_trunc('month', first);
    parent text;
    made int := 0;
begin
    while start <= last loop
        foreach parent in array array['inbox', 'checkpoint', 'message'] loop
            if to_regclass(parent || to_char(start, '_YYYY_MM')) is null then
                begin
                    -- A message is two or three kB and read once: kept whole in its page, it costs half of what moving it aside does.
                    execute format('create table %I partition of %I for values from (%L) to (%L)' || case parent when 'message' then ' with (toast_tuple_target = 8160)' else '' end,
                                   parent || to_char(start, '_YYYY_MM'), parent, start, start + interval '1 month');
                    made := made + 1;
                exception when check_violation then
                    null;  -- rows of that month already lie in the rest partition and stay there
                end;
            end if;
        end loop;
        start := start + interval '1 month';
    end loop;
    return made;
end $$;

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

-- Fence every table for doorstep_web by the merchant the transaction names.
do $$
declare
    fenced text;
begin
    if not exists (select from pg_roles where rolname = 'doorstep_web') then
        create role doorstep_web nologin;
    end if;
    execute format('grant doorstep_web to %I', current_user);
    execute format('grant usage on schema %I to doorstep_web', current_schema());
    for fenced in
        select c.relname from pg_class c
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migration'
    loop
        execute format('alter table %I enable row level security', fenced);
        execute format('create policy own_rows on %I to doorstep_web using (merchant_id = current_setting(''doorstep.merchant_id'')::bigint)', fenced);
        execute format('grant select, insert, update, delete on %I to doorstep_web', fenced);
    end loop;
end $$;
