"""How far an analysis can be trusted, computed from the call alone, with the evidence."""
