alter table connection add column told_at timestamptz;
alter table connection add column untold text;
