"""Questions about a call: both models at once, an answer that the call bears out."""
