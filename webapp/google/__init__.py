"""Speaks to Google and nothing else; knows no table and no page."""
