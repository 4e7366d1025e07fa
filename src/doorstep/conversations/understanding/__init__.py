"""A customer's words → what they mean."""
