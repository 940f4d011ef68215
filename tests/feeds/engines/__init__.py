"""Our feeds as other people's programs read them: the same occurrences, or a failed test.

`practices.py` says what is expected, by wall-clock arithmetic of its own; `reading.py` runs the
programs; the rest are one small program for each engine, in the engine's own language.
"""
