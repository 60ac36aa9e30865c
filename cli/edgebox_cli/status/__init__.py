"""The screen of ``edgebox status``."""
