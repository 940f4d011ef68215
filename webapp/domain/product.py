"""What the product calls itself, and the few words of ours that other calendars show."""

NAME = "Practice Calendar"

EVENT_NOTE = f"Edited in {NAME}. Changes made here are put back."
"""The one line that our events carry outside: nothing about the client (R89)."""

SYNCED_PAST_DAYS = 60
"""How far back events leave the app, in Google and in feeds; the future has no end (R72)."""

FEED_NOTE = f"Edited in {NAME}."
"""The same for feeds, which nobody can edit."""

FEED_AHEAD_DAYS = 365
"""How far ahead single events and finite series are in feeds; endless series always are."""

UID_DOMAIN = "practice-calendar.invalid"
"""Behind the @ of our feeds' UIDs: stable wherever the app is installed (R41, F61)."""

REMOVED_KEPT_DAYS = 30
"""How long what was removed from the app can be restored (U5)."""
