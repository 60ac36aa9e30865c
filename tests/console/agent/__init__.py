"""The agent's screen in a browser. A package: its fixtures end with it."""
