"""A load for any OpenAI-compatible server, and the figures of the server under it."""
