"""Tests of bot.content, most of them on a small content folder of their own."""
