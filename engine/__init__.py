"""Duban's engine: everything that decides and remembers; nothing here knows HTTP.

``bpmn``
    Pure. Reads BPMN and DMN, runs them with SpiffWorkflow, answers in plain values.
``rules``
    Pure. Working days and time limits, separation of duties, form fields, the audit digest.
``store``
    Tables and the queries on them. Never commits.
``services``
    The verbs. Each call is part of one unit of work (:mod:`engine.work`).
``worker``
    Drives time: ticks that claim due cases and deliver the outbox.
``values``
    The frozen dataclasses by which these packages speak to one another.
"""
