"""Tables and the queries on them. Nothing here commits; :mod:`engine.work` does."""
