"""Tests of bot.improvement."""
