"""The name of every log event, once: dotted, past tense. docs/operations.md explains each."""

REQUEST_FINISHED = "web.request.finished"
REQUEST_FAILED = "web.request.failed"
SIGNED_IN = "sign_in.succeeded"
SIGN_IN_REFUSED = "sign_in.refused"
SIGNED_OUT = "sign_in.ended"
PASSWORD_CHANGED = "sign_in.password.changed"  # noqa: S105 - a name, not a password.
"""Who signs in, and what requests did."""

PRACTICE_DELETED = "practice.deleted"
"""From the command line, with everything in it; its audit log went as well."""

RING_FAILED = "queue.ring.failed"
"""The doorbell did not answer; the sweeper will ring again."""

SYNC_FINISHED = "sync.calendar.finished"
SYNC_WAITING = "sync.calendar.waiting"
SYNC_FAILED = "sync.calendar.failed"
LEASE_LOST = "sync.lease.lost"
REMOVALS_HELD = "sync.removals.held"
SYNC_PACED = "sync.calendar.paced"
LIMITER_ALONE = "sync.limiter.alone"
PROJECT_LIMITED = "sync.project.limited"
CALENDAR_LIST_FAILED = "sync.calendar_list.failed"
SWEEP_FAILED = "sync.sweep.failed"
AUDIT_HEAD = "audit.head"
SELF_CHECK_FOUND = "self_check.found"
"""What the workers did."""

CHANNEL_OPENED = "google.channel.opened"
CHANNEL_REFUSED = "google.channel.refused"
CHANNEL_FAILED = "google.channel.failed"
PUSH_REFUSED = "google.push.refused"
PUSH_MISSED = "google.push.missed"
"""How Google tells us of changes: its channels, and messages that are not Google's."""

DEPARTURE_WAITS = "google.departure.waiting"
"""Somebody left Google, and Google did not hear all of it yet; it is told again for a day."""

FEED_FAILED = "feed.answer.failed"
FEED_READ_NOT_NOTED = "feed.read.not_noted"
FEED_RULE_UNREADABLE = "feed.rule.unreadable"
FEED_UNREAD_ENDED = "feed.unread.ended"
"""What happened to calendar addresses; the subscriber was told to come back, or noticed nothing."""

MAIL_SENT = "mail.sent"
MAIL_FAILED = "mail.failed"
"""Mails go to people of the practice and to who books online; they hold nothing of clients."""
