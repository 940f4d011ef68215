"""The database's history, run by `webapp/db/migrate.py`.

One purpose for each file in `versions/`, and none that the release still running could not live
with: add first, fill, and take away a release later. A released file is never edited.
"""
