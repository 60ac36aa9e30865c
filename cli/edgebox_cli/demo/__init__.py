"""``edgebox demo``: its box, its consultations, what it proves and shows."""
