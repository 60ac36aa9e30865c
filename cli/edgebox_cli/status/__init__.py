"""``edgebox status``: gathering the box's state and showing it."""
