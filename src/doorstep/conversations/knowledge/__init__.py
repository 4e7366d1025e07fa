"""A shop's own documents + a customer's question → the sentences that answer it, word for word with where they stand, or none."""
