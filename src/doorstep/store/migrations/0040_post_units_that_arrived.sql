-- Have the units of the last quarter's parcels counted, which arrived before there was a count; older ones stay uncounted.
insert into tally_due (merchant_id, shipment_id) select merchant_id, shipment_id from tally where week > current_date - 91;
