"""The tables of ``edgebox bench``."""
