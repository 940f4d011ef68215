"""Audit entries stay as they were written.

Revision 0002, after 0001.

The database itself refuses to change an entry, and to delete one whose practice still exists
(RELIABILITY.md S40). Deleting a whole practice still takes its entries with it. A later migration
that remakes audit_entry on SQLite has to make the triggers anew.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    """
    CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END
    """,
    """
    CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry
    WHEN EXISTS (SELECT 1 FROM practice WHERE id = OLD.practice_id)
    BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM practice WHERE id = OLD.practice_id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'audit entries are never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_entry_change BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
    """,
    """
    CREATE TRIGGER audit_entry_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
    """,
)


def upgrade() -> None:
    """Applies the change."""
    for statement in SQLITE if _is_sqlite() else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Takes it back."""
    if _is_sqlite():
        op.execute("DROP TRIGGER audit_entry_update")
        op.execute("DROP TRIGGER audit_entry_delete")
    else:
        op.execute("DROP TRIGGER audit_entry_change ON audit_entry")
        op.execute("DROP TRIGGER audit_entry_truncate ON audit_entry")
        op.execute("DROP FUNCTION refuse_audit_change")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
