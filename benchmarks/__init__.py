"""Speed as ratios: each benchmark runs the product beside a baseline, in one run, and compares.

Absolute times differ from machine to machine and from minute to minute; a ratio of two things that
were measured turn by turn does not. No test asserts a time.
"""
