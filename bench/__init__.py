"""Measures Duban against the budget of its design; ``make bench`` and ``run.py bench``."""

from bench.main import main

__all__ = ["main"]
