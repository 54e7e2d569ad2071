"""Give PostgreSQL small indexes of what lists are filtered by, which it combines."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FILTERS = ("status", "grade", "language", "kind", "licence", "owner")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column in FILTERS:
            op.create_index(f"ix_repositories_of_{column}", "repositories", [column])
