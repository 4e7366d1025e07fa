-- A hook's address is replaced without a gap: the one before is taken for a while.
alter table connection add column former_hook_token text;
alter table connection add column former_until timestamptz;
create unique index connection_former_hook on connection (former_hook_token) where former_hook_token is not null;
