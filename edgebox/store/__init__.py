"""The database: one SQLite file that holds everything accepted."""
