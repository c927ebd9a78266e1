"""Measures Duban against the budget of its design; ``make bench`` and ``run.py bench``."""
