"""Measurements against other ways to do the same; figures are comparable within one run only."""
