"""The first tables.

Revision 0001, the beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "practice",
    "audit_entry",
    "client",
    "member",
    "browser_session",
    "appointment",
    "client_person",
    "feed_link",
    "feed_reader",
    "calendar_revision",
    "google_connection",
    "departure",
    "alert",
    "sync_settings",
    "booking_settings",
    "booking",
    "appointment_exception",
    "google_edit",
    "history_entry",
    "synced_calendar",
    "watch_channel",
    "event_link",
    "google_event",
    "removed_event",
    "outbox",
    "sync_problem",
    "sync_run",
)


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "practice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("has_internal_ids", sa.Boolean(), nullable=False),
        sa.Column("is_full_name_allowed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
        sa.UniqueConstraint("slug", name=op.f("uq_practice_slug")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_audit_entry_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint(
            "practice_id", "position", name=op.f("uq_audit_entry_practice_id_position")
        ),
    )
    op.create_index("audit_entry_of_member", "audit_entry", ["member_id", "at"])

    op.create_table(
        "client",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("internal_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "individual",
                "couple",
                "group",
                name="clientkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_client_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_client_practice_id_id")),
        sa.UniqueConstraint(
            "practice_id", "internal_id", name=op.f("uq_client_practice_id_internal_id")
        ),
    )
    op.create_table(
        "member",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "owner",
                "practitioner",
                "assistant",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("has_calendar", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_member_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_member_practice_id_id")),
    )
    op.create_index(op.f("ix_member_email"), "member", ["email"], unique=True)
    op.create_table(
        "browser_session",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_browser_session_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_browser_session_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_browser_session")),
    )
    op.create_index(op.f("ix_browser_session_member_id"), "browser_session", ["member_id"])

    op.create_table(
        "appointment",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("is_busy", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_offset", sa.Integer(), nullable=True),
        sa.Column("ends_offset", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("repeats_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("feed_revision", sa.Integer(), nullable=False),
        sa.Column("split_from_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "client_id"],
            ["client.practice_id", "client.id"],
            name=op.f("fk_appointment_practice_id_client_id_client"),
            ondelete="NO ACTION",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_appointment_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_appointment_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_appointment_practice_id_id")),
    )
    op.create_index("appointment_of_member", "appointment", ["member_id", "starts_at"])
    op.create_index("appointment_on_days", "appointment", ["member_id", "starts_on"])
    op.create_index(
        "appointment_series",
        "appointment",
        ["member_id", "repeats_until"],
        sqlite_where=sa.text("rule <> ''"),
        postgresql_where=sa.text("rule <> ''"),
    )
    op.create_index("appointment_of_revision", "appointment", ["member_id", "feed_revision"])
    op.create_index(op.f("ix_appointment_client_id"), "appointment", ["client_id"])

    op.create_table(
        "client_person",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("preferred_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "client_id"],
            ["client.practice_id", "client.id"],
            name=op.f("fk_client_person_practice_id_client_id_client"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_client_person_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_person")),
    )
    op.create_index(op.f("ix_client_person_client_id"), "client_person", ["client_id"])

    op.create_table(
        "feed_link",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "display",
            sa.Enum(
                "internal_id",
                "first_name",
                "initials",
                "full_name",
                name="display",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("is_busy_only", sa.Boolean(), nullable=False),
        sa.Column("has_location", sa.Boolean(), nullable=False),
        sa.Column("is_practice", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reset_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("octets", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_feed_link_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_feed_link_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_link")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_feed_link_practice_id_id")),
    )
    op.create_index(op.f("ix_feed_link_member_id"), "feed_link", ["member_id"])
    op.create_table(
        "feed_reader",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("first_read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "link_id"],
            ["feed_link.practice_id", "feed_link.id"],
            name=op.f("fk_feed_reader_practice_id_link_id_feed_link"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_feed_reader_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_reader")),
        sa.UniqueConstraint("link_id", "name", name=op.f("uq_feed_reader_link_id_name")),
    )
    op.create_table(
        "calendar_revision",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("wholes", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_calendar_revision_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_calendar_revision_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_calendar_revision")),
    )

    op.create_table(
        "google_connection",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("google_sub", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("granted_scopes", sa.String(), nullable=False),
        sa.Column("sealed_token", sa.String(), nullable=False),
        sa.Column("token_version", sa.Integer(), nullable=False),
        sa.Column("refreshing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "not_connected",
                "connected",
                "resting",
                "reconnect_needed",
                "leaving",
                "still_listed",
                name="connectionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calendars_listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_google_connection_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_google_connection_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_google_connection")),
        sa.UniqueConstraint("member_id", name=op.f("uq_google_connection_member_id")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_google_connection_practice_id_id")),
    )
    op.create_index(op.f("ix_google_connection_google_sub"), "google_connection", ["google_sub"])

    op.create_table(
        "departure",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "one_way",
                "off",
                "disconnect",
                name="departurekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "not_connected",
                "connected",
                "resting",
                "reconnect_needed",
                "leaving",
                "still_listed",
                name="connectionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("google_sub", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("sealed_token", sa.String(), nullable=False),
        sa.Column("token_version", sa.Integer(), nullable=False),
        sa.Column("refreshing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removes_calendar", sa.Boolean(), nullable=False),
        sa.Column("calendars", sa.JSON(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("own_before", sa.Integer(), nullable=False),
        sa.Column("google_before", sa.Integer(), nullable=False),
        sa.Column("own_after", sa.Integer(), nullable=False),
        sa.Column("google_after", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acting_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_departure_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_departure_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_departure_practice_id_id")),
    )
    op.create_index("departure_of_member", "departure", ["member_id", "asked_at"])
    op.create_index(
        "departure_open",
        "departure",
        ["next_attempt_at"],
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )

    op.create_table(
        "alert",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reconnect",
                "missing",
                "failed",
                name="troublekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_alert_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_alert_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("subject", "kind", name=op.f("uq_alert_subject_kind")),
    )
    op.create_index(op.f("ix_alert_next_at"), "alert", ["next_at"])

    op.create_table(
        "sync_settings",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column(
            "display",
            sa.Enum(
                "internal_id",
                "first_name",
                "initials",
                "full_name",
                name="display",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "mode",
            sa.Enum(
                "one_way",
                "two_way",
                name="syncmode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("includes_location", sa.Boolean(), nullable=False),
        sa.Column("is_open_to_practice", sa.Boolean(), nullable=False),
        sa.Column("full_name_acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("full_name_acknowledged_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_sync_settings_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_sync_settings_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_settings")),
        sa.UniqueConstraint("member_id", name=op.f("uq_sync_settings_member_id")),
    )
    op.create_table(
        "booking_settings",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("session_minutes", sa.Integer(), nullable=False),
        sa.Column("step_minutes", sa.Integer(), nullable=False),
        sa.Column("pause_minutes", sa.Integer(), nullable=False),
        sa.Column("lead_hours", sa.Integer(), nullable=False),
        sa.Column("ahead_weeks", sa.Integer(), nullable=False),
        sa.Column(
            "when_unread",
            sa.Enum(
                "pause",
                "keep_going",
                name="whenunread",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("calendar_words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_booking_settings_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_booking_settings_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_settings")),
        sa.UniqueConstraint("member_id", name=op.f("uq_booking_settings_member_id")),
        sa.UniqueConstraint(
            "practice_id", "slug", name=op.f("uq_booking_settings_practice_id_slug")
        ),
    )

    op.create_table(
        "booking",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "confirmed",
                name="bookingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("form_key", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_booking_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "appointment_id"],
            ["appointment.practice_id", "appointment.id"],
            name=op.f("fk_booking_practice_id_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_booking_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint(
            "practice_id", "form_key", name=op.f("uq_booking_practice_id_form_key")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_booking_token_hash")),
    )
    op.create_index("booking_of_member", "booking", ["member_id", "starts_at"])
    op.create_index(op.f("ix_booking_appointment_id"), "booking", ["appointment_id"])
    op.create_index(op.f("ix_booking_email"), "booking", ["email"])

    op.create_table(
        "appointment_exception",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("original_start", sa.String(), nullable=False),
        sa.Column("original_offset", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_offset", sa.Integer(), nullable=True),
        sa.Column("ends_offset", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "appointment_id"],
            ["appointment.practice_id", "appointment.id"],
            name=op.f("fk_appointment_exception_practice_id_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_appointment_exception_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_exception")),
        sa.UniqueConstraint(
            "appointment_id",
            "original_start",
            name=op.f("uq_appointment_exception_appointment_id_original_start"),
        ),
    )
    op.create_index(
        "appointment_exception_start", "appointment_exception", ["starts_at", "practice_id"]
    )
    op.create_index(
        "appointment_exception_day", "appointment_exception", ["starts_on", "practice_id"]
    )

    op.create_table(
        "google_edit",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("original_start", sa.String(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=True),
        sa.Column("kept", sa.JSON(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "kept",
                "adopted",
                name="editstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "appointment_id"],
            ["appointment.practice_id", "appointment.id"],
            name=op.f("fk_google_edit_practice_id_appointment_id_appointment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_google_edit_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_google_edit_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_google_edit")),
    )
    op.create_index(op.f("ix_google_edit_appointment_id"), "google_edit", ["appointment_id"])
    op.create_index(op.f("ix_google_edit_member_id"), "google_edit", ["member_id"])

    op.create_table(
        "synced_calendar",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("google_id", sa.String(), nullable=True),
        sa.Column("marker", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "default",
                "other",
                name="calendarrole",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("access_role", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("is_missing", sa.Boolean(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("is_of_app", sa.Boolean(), nullable=False),
        sa.Column("blocks_booking", sa.Boolean(), nullable=False),
        sa.Column("all_day_blocks", sa.Boolean(), nullable=False),
        sa.Column("unanswered_blocks", sa.Boolean(), nullable=False),
        sa.Column("shows_details", sa.Boolean(), nullable=False),
        sa.Column("chosen_hue", sa.String(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("sync_token", sa.String(), nullable=False),
        sa.Column("sync_format", sa.String(), nullable=False),
        sa.Column("read_anew_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reads_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_count", sa.Integer(), nullable=False),
        sa.Column("gone_count", sa.Integer(), nullable=False),
        sa.Column("gone_of", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_epoch", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "connection_id"],
            ["google_connection.practice_id", "google_connection.id"],
            name=op.f("fk_synced_calendar_practice_id_connection_id_google_connection"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_synced_calendar_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_synced_calendar_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synced_calendar")),
        sa.UniqueConstraint(
            "connection_id", "google_id", name=op.f("uq_synced_calendar_connection_id_google_id")
        ),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_synced_calendar_practice_id_id")),
    )
    op.create_index(op.f("ix_synced_calendar_connection_id"), "synced_calendar", ["connection_id"])
    op.create_index("synced_calendar_in_google", "synced_calendar", ["practice_id", "google_id"])
    op.create_index(op.f("ix_synced_calendar_member_id"), "synced_calendar", ["member_id"])
    op.create_index(
        "one_default_calendar_per_member",
        "synced_calendar",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("role = 'default' AND NOT is_missing"),
        postgresql_where=sa.text("role = 'default' AND NOT is_missing"),
    )

    op.create_table(
        "watch_channel",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "opening",
                "open",
                "refused",
                "ending",
                name="channelstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("resource_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("greeted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("woke_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wakes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("untold", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "connection_id"],
            ["google_connection.practice_id", "google_connection.id"],
            name=op.f("fk_watch_channel_practice_id_connection_id_google_connection"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_watch_channel_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_channel")),
    )
    op.create_index(op.f("ix_watch_channel_connection_id"), "watch_channel", ["connection_id"])

    op.create_table(
        "event_link",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("original_start", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("google_id", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=True),
        sa.Column("sent", sa.JSON(), nullable=True),
        sa.Column("google_sequence", sa.Integer(), nullable=False),
        sa.Column("has_exceptions", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "calendar_id"],
            ["synced_calendar.practice_id", "synced_calendar.id"],
            name=op.f("fk_event_link_practice_id_calendar_id_synced_calendar"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_event_link_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_link")),
        sa.UniqueConstraint(
            "calendar_id",
            "appointment_id",
            "original_start",
            name=op.f("uq_event_link_calendar_id_appointment_id_original_start"),
        ),
        sa.UniqueConstraint(
            "calendar_id", "google_id", name=op.f("uq_event_link_calendar_id_google_id")
        ),
    )
    op.create_index(op.f("ix_event_link_appointment_id"), "event_link", ["appointment_id"])

    op.create_table(
        "google_event",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("google_id", sa.String(), nullable=False),
        sa.Column("recurring_google_id", sa.String(), nullable=False),
        sa.Column("original_start", sa.String(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("html_link", sa.String(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("is_free", sa.Boolean(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("response", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("recurrence", sa.JSON(), nullable=False),
        sa.Column("first_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("gone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removal_wished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["practice_id", "calendar_id"],
            ["synced_calendar.practice_id", "synced_calendar.id"],
            name=op.f("fk_google_event_practice_id_calendar_id_synced_calendar"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_google_event_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_google_event")),
        sa.UniqueConstraint(
            "calendar_id", "google_id", name=op.f("uq_google_event_calendar_id_google_id")
        ),
    )
    op.create_index(
        "google_event_exception", "google_event", ["calendar_id", "recurring_google_id"]
    )
    op.create_index(
        "google_event_place",
        "google_event",
        ["calendar_id", "original_start", "recurring_google_id"],
    )
    op.create_index(
        "google_event_unwanted",
        "google_event",
        ["calendar_id"],
        sqlite_where=sa.text("removal_wished_at IS NOT NULL"),
        postgresql_where=sa.text("removal_wished_at IS NOT NULL"),
    )
    op.create_index(
        "google_event_range", "google_event", ["calendar_id", "last_ends_at", "first_starts_at"]
    )

    op.create_table(
        "removed_event",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("google_id", sa.String(), nullable=False),
        sa.Column("recurring_google_id", sa.String(), nullable=False),
        sa.Column("last_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "calendar_id"],
            ["synced_calendar.practice_id", "synced_calendar.id"],
            name=op.f("fk_removed_event_practice_id_calendar_id_synced_calendar"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_removed_event_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removed_event")),
    )
    op.create_index("removed_event_age", "removed_event", ["removed_at"])
    op.create_index("removed_event_of_calendar", "removed_event", ["calendar_id", "removed_at"])

    op.create_table(
        "outbox",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("requested", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "calendar_id"],
            ["synced_calendar.practice_id", "synced_calendar.id"],
            name=op.f("fk_outbox_practice_id_calendar_id_synced_calendar"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_outbox_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "calendar_id", "appointment_id", name=op.f("uq_outbox_calendar_id_appointment_id")
        ),
    )
    op.create_index(op.f("ix_outbox_appointment_id"), "outbox", ["appointment_id"])
    op.create_index(
        "outbox_open",
        "outbox",
        ["calendar_id"],
        sqlite_where=sa.text("requested > completed"),
        postgresql_where=sa.text("requested > completed"),
    )

    op.create_table(
        "sync_problem",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "calendar_id"],
            ["synced_calendar.practice_id", "synced_calendar.id"],
            name=op.f("fk_sync_problem_practice_id_calendar_id_synced_calendar"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_sync_problem_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_problem")),
        sa.UniqueConstraint(
            "calendar_id", "subject", name=op.f("uq_sync_problem_calendar_id_subject")
        ),
    )
    op.create_table(
        "sync_run",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "waiting",
                "synced",
                "synced_with_notes",
                "failed",
                "reconnect_needed",
                "cancelled",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resync_id", sa.String(), nullable=False),
        sa.Column("is_compared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "calendar_id"],
            ["synced_calendar.practice_id", "synced_calendar.id"],
            name=op.f("fk_sync_run_practice_id_calendar_id_synced_calendar"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_sync_run_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_run")),
    )
    op.create_index(
        "one_live_run_per_calendar",
        "sync_run",
        ["calendar_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'running', 'waiting')"),
        postgresql_where=sa.text("state IN ('queued', 'running', 'waiting')"),
    )
    op.create_index("sync_run_of_calendar", "sync_run", ["calendar_id", "created_at"])
    op.create_index(op.f("ix_sync_run_resync_id"), "sync_run", ["resync_id"])

    op.create_table(
        "history_entry",
        sa.Column("practice_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("stint", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "added",
                "changed",
                "put_back",
                "removed",
                "failed",
                "stopped",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("appointment_id", sa.String(), nullable=False),
        sa.Column("google_id", sa.String(), nullable=False),
        sa.Column("original_start", sa.String(), nullable=False),
        sa.Column("starts", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "member_id"],
            ["member.practice_id", "member.id"],
            name=op.f("fk_history_entry_practice_id_member_id_member"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"],
            ["practice.id"],
            name=op.f("fk_history_entry_practice_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_entry")),
    )
    op.create_index(op.f("ix_history_entry_appointment_id"), "history_entry", ["appointment_id"])
    op.create_index("history_entry_by_age", "history_entry", ["at"])
    op.create_index("history_entry_of_calendar", "history_entry", ["calendar_id", "stint"])
    op.create_index("history_entry_of_member", "history_entry", ["member_id", "at", "id"])
    op.create_index("history_entry_of_run", "history_entry", ["run_id"])


def downgrade() -> None:
    """Takes it back: every table, those that point to others first."""
    for table in reversed(TABLES):
        op.drop_table(table)
