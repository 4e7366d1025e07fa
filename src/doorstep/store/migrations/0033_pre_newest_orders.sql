-- The newest orders of an address, without passing over everybody else's.
create index orders_of_email on orders (email, merchant_id, order_id);
create index orders_of_phone on orders (phone, merchant_id, order_id) where phone is not null;
drop index orders_email;
drop index orders_phone;
