"""How good the models are at the two jobs, measured on consultations with known facts."""
