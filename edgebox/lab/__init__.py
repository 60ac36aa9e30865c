"""The laboratory: measures EdgeBox and other servers. Nothing that a request passes through."""
