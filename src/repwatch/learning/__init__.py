"""What people's corrections are good for: figures, questions to ask, better queries, a better model."""
