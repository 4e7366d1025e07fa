"""Facts → figures; the one list of every figure."""
