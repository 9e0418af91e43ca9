"""Where turns are kept: one small door, with SQLite or PostgreSQL behind it."""
