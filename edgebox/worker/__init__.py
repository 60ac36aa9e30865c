"""The backlog: claim, analyse, finish, and the tick that decides when."""
