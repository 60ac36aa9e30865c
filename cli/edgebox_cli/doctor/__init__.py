"""The checks of ``edgebox doctor``, by area."""
