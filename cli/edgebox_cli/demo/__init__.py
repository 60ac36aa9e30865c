"""The box that ``edgebox demo`` starts, and its calls."""
