"""The command ``duban`` of an installed wheel; in a source tree ``run.py`` is the same door."""
