"""The pages, one file each: ``routes(services, console)`` returns what it serves."""
