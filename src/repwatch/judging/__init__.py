"""How a text is meant: the lexicon, the reading (text to features) and the model (features to p)."""
