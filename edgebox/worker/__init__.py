"""The worker: three jobs (backlog, deliveries, retention), with Huey as their clock and bell."""
