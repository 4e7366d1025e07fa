"""What a customer may mean, what was understood of their words, what a talk remembers, and what is said back."""
