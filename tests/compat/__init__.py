"""Tests of what makes room for Rasa."""
