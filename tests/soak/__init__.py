"""`make soak MINUTES=10`: real processes under a seeded storm, then healing, then a verdict.

The programs are the demo's own (demo/programs.py): web, two workers, the clock process, Valkey and
a database. Google is the stand-in, served from this process, so that the same hand can edit in it,
break it and read what it holds. RELIABILITY.md 1.4, L5.
"""
