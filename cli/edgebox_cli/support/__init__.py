"""``edgebox support``: the bundle, and what is removed from its text."""
