"""The thinking of the sync; the doing is in `services/push.py` and `services/pull.py`.

Rules of this folder:

1. Standard library and `webapp.domain` only. No clock, no randomness, no I/O, no logging.
2. Every decision is a value that somebody else carries out (`actions.py`), so a test compares
   values and needs no fake.
3. A rule is stated once, as a row of a table where it can be one (`reconcile.py`,
   `run_states.py`, `retry.py`); the documentation is drawn from those tables.
4. Each event has one owner (what is made here is edited here, what is made in Google is edited
   there), so there are two small one-way tables and no symmetric merge.
5. An error or an absence is never a deletion. Only a tombstone from Google or a person deletes.
"""
