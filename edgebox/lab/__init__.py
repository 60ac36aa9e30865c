"""The laboratory: measures EdgeBox and other servers. No request passes through it."""
