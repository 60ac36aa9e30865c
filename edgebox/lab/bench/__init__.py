"""Load for any OpenAI-compatible server, and what it says of the server's speed."""
