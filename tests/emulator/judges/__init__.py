"""Judges from outside: Google's document, other people's clients, another engine."""
