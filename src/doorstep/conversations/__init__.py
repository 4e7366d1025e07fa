"""Reply + conversation → meaning, next step, business action, hand-over."""
