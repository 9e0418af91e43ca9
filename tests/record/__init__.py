"""Tests of bot.record."""
