"""How a conversation comes to a human: when, to whom, by when; and what the customer is told of it."""
