-- What ended before our own estimates were held against what happened is counted anew.
insert into tally_due (merchant_id, shipment_id) select merchant_id, shipment_id from shipment where status in ('delivered', 'returned');
