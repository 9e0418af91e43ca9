"""What was said and why: one SQLite file, written by the visitors' process, read by the staff's."""
