"""What was heard, what is remembered, the definitions → what is said back, offered and asked of the world; no effect of its own."""

from doorstep.conversations.talks.book import Book, book_of
from doorstep.conversations.talks.engine import take_turn
from doorstep.conversations.talks.saying import said

__all__ = ["Book", "book_of", "said", "take_turn"]
