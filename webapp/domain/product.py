"""What the product calls itself, and the few words of ours that other calendars show."""

NAME = "Practice Calendar"

EVENT_NOTE = f"Edited in {NAME}. Changes made here are put back."
"""The one line that our events carry outside: nothing about the client (R89)."""

SYNCED_PAST_DAYS = 60
"""How far back events leave the app, in Google and in feeds; the future has no end (R72)."""
