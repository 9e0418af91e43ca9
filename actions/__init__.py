"""Custom actions: each chooses, none words.

Served in process by the website, or by `rasa run actions` beside plain Rasa.
"""
