-- Of each connection the last messages, and when it was last heard. Made on the parents alone, in a moment; the migrator then makes each
-- month's concurrently, so that workers write on meanwhile.
create index message_connection on only message (connection_id, merchant_id, message_id);
create index inbox_connection on only inbox (connection_id, merchant_id, inbox_id);
