-- Shipments on their way whose last fold named no next look get one, spread over an hour: silence is judged for them, too.
update shipment set look_at = now() + random() * interval '1 hour' where look_at is null and status not in ('delivered', 'returned', 'cancelled');
