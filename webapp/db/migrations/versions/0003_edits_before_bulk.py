"""Wishes say whether they are one edit or part of something large.

Revision 0003, after 0002.

Edits go out before a first sync or a changed display, and may use the part of Google's quota that
those leave. Wishes that are open during the upgrade count as edits.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.add_column(
        "outbox", sa.Column("is_bulk", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("outbox", "is_bulk")
