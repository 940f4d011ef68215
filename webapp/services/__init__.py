"""The doing. Functions `(session, *, by, now, ...)` that check, change, commit once, then ring.

No Flask here, and no decision about sync: those are in `webapp/sync`.
"""
