"""What people see in a browser: the agent's screen, the lead's pages, the administrator's."""
