"""Rows and how they are reached: engine, tenancy scope, models, cross-table reads, migrations."""
