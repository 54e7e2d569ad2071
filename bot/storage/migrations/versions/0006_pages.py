"""Find failing checks with one look each; remember who made a token or webhook; share rates and figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_repository_checks_check", "repository_checks")
    op.create_index("ix_repository_checks_check", "repository_checks", ["check_id", "repository_id", "state"])
    for table in ("api_tokens", "subscriptions"):
        op.add_column(table, sa.Column("user_id", sa.BigInteger(), nullable=False, server_default="0"))
        op.add_column(table, sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("web_sessions", sa.Column("access", sa.String(length=64), nullable=False, server_default=""))
    op.create_table(
        "rate_windows",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_windows")),
    )
    op.create_table(
        "figures",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_figures")),
    )
    op.create_index("ix_figures_read", "figures", ["read_at"])
