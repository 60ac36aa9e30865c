"""Who said what: received text or turns, read once into the utterances of a call."""
