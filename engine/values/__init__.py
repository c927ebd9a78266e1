"""Frozen dataclasses that cross package borders. No behaviour beyond reading themselves."""
