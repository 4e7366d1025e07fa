alter table connection add column told_at timestamptz;
alter table connection add column untold text;
alter table merchant add column host text unique;
alter table signing_key add column withdrawn_at timestamptz;
