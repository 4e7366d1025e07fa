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

do $$
declare
    fenced text;
begin
    foreach fenced in array array['knowledge', 'article', 'passage', 'unanswered'] loop
        execute format('alter table %I enable row level security', fenced);
        execute format('create policy own_rows on %I to doorstep_web using (merchant_id = current_setting(''doorstep.merchant_id'')::bigint)', fenced);
        execute format('grant select, insert, update, delete on %I to doorstep_web', fenced);
    end loop;
end $$;
