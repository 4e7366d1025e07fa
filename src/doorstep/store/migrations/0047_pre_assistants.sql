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
-- Who changed what, apart from what assistants ask for: there may be many of those.
create index audit_changes on audit (merchant_id, audit_id) where not starts_with(action, 'assistant.');
create index audit_assistant_calls on audit (merchant_id, audit_id) where starts_with(action, 'assistant.');
create index audit_assistant_age on audit (at) where starts_with(action, 'assistant.');

do $$
declare
    fenced text;
begin
    foreach fenced in array array['assistant_client', 'assistant_grant'] loop
        execute format('alter table %I enable row level security', fenced);
        execute format('create policy own_rows on %I to doorstep_web using (merchant_id = current_setting(''doorstep.merchant_id'')::bigint)', fenced);
        execute format('grant select, insert, update, delete on %I to doorstep_web', fenced);
    end loop;
end $$;
