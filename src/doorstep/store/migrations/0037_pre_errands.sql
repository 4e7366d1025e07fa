-- By which way an errand went, and how often whoever has it was reminded.
alter table errand add column way text not null default '';
alter table errand add column reminded int not null default 0;
create index errand_open on errand (merchant_id, state, errand_id) where state in ('waiting', 'sent', 'escalated');
