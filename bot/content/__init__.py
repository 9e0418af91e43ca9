"""Approved words: snippets, where they come from, who approved them, and the checks that keep them honest."""
