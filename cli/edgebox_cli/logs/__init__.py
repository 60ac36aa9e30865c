"""``edgebox logs``: the sources that it reads."""
