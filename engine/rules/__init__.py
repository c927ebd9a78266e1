"""Policy as pure functions: no database, no clock, no files. What they need is handed over."""
