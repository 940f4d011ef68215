"""Reads that cross tables. They return rows or plain dataclasses and never write."""
