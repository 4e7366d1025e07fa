-- A span of days of a merchant's cases: why goods come back, and what a draft of a policy would have decided otherwise.
create index cases_opened on cases (merchant_id, opened_at);
