"""The staff's console: what visitors asked, what was replied, and why.

It reads the record and the snippets, and never imports Rasa.
"""
