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

do $$
declare
    fenced text;
begin
    foreach fenced in array array['intent_utterance', 'intent_model']
    loop
        execute format('alter table %I enable row level security', fenced);
        execute format('create policy own_rows on %I to doorstep_web using (merchant_id = current_setting(''doorstep.merchant_id'')::bigint)', fenced);
        execute format('grant select, insert, update, delete on %I to doorstep_web', fenced);
    end loop;
end $$;
