-- Conversations, open or not, by the customer's last word.
create index conversation_last on conversation (merchant_id, last_in_at, conversation_id);
