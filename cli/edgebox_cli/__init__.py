"""The ``edgebox`` command."""
