"""Drives time: loops that tick. The database decides who acts; here is only the beat."""
