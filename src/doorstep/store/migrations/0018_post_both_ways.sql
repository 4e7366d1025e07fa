-- Whatever ended before has the rank that ends have now.
update message set rank = 8 where rank = 6 and state in ('bounced', 'refused', 'cancelled');
drop type message_row;
