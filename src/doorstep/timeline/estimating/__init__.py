"""Finished deliveries → lane statistics, a trained model, windows with a stated chance, and the chance of being late."""
