"""What customers may ask for: actions, what they need, what is known when they are judged, plans, refusals, cases."""
