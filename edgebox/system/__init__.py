"""What every part may use: files, the machine, logs, TLS, the supervisor."""
