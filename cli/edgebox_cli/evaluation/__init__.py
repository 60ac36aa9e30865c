"""How ``edgebox eval`` shows its results."""
