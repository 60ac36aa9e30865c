"""The catalogue: what a model is, pulling, importing, verifying."""
