"""Calls in progress: what has been said so far, who watches, and the draft that grows with it."""
