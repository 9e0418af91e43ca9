"""Measurements. Each script prints a table, and writes it to benchmarks/results/ when asked to."""
