-- Orders from before are found by their post codes, too; whatever is written from now on brings its own.
update orders set postcode_key = nullif(regexp_replace(upper(document #>> '{ship_to,postcode}'), '[^A-Z0-9]', '', 'g'), '')
where postcode_key is null and document #>> '{ship_to,postcode}' is not null;
