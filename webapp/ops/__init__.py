"""Observability leaves: logging with an allow-list of fields, and the names of log events."""
