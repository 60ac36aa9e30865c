"""Process 1: both models on one decode thread, behind an OpenAI-compatible façade."""
