"""Tests of plain Rasa, with the stories for `rasa test`."""
