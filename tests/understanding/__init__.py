"""Tests of bot.understanding without Rasa."""
