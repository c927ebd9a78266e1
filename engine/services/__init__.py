"""The verbs. Each takes the unit of work first and is part of it; none of them commits."""
