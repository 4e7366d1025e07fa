-- By which way an errand went, and how often whoever has it was reminded.
alter table errand add column way text not null default '';
alter table errand add column reminded int not null default 0;
create index errand_state on errand (merchant_id, state, errand_id);
