"""Process 2: the public HTTP interface."""
