-- Five roles at the desk. Whoever was a member could see everything and answer customers, which is what support may do.
alter table desk_user drop constraint desk_user_role_check;
update desk_user set role = 'support' where role = 'member';
alter table desk_user add constraint desk_user_role_check check (role in ('owner', 'operations', 'support', 'marketing', 'read_only'));

-- What waits at the desk, the longest waiting first, state by state.
create index cases_since on cases (merchant_id, state, since, case_id);
