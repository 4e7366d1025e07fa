-- Whose message an action that waits will be, so that what waits for one person is told together.
alter table action_due add column person bytea;
create index action_due_person on action_due (person, merchant_id, due_at, why_key) where person is not null;
-- The order of each action, where a message told of several.
alter table fallback add column orders bigint[];
