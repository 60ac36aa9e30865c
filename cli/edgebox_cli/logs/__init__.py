"""Where ``edgebox logs`` reads from."""
