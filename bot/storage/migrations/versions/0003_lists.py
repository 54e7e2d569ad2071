"""Read lists of 100,000 repositories from indexes alone, and sort names byte by byte on PostgreSQL too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SORTS = ("score", "full_name_lower", "pushed_at", "reported_at")
FILTERS = (
    "removed_at",
    "is_private",
    "installation_id",
    "owner",
    "status",
    "grade",
    "language",
    "kind",
    "licence",
    "refresh_status",
)
REPLACED = ("full_name", "score", "pushed", "reported")
BY_BYTES = (
    ("repositories", "full_name_lower", 511),
    ("repository_packages", "name", 255),
    ("repository_packages", "ecosystem", 32),
)


def upgrade() -> None:
    for name in REPLACED:
        op.drop_index(f"ix_repositories_{name}", "repositories")
    if op.get_bind().dialect.name == "postgresql":
        for table, column, length in BY_BYTES:
            op.alter_column(table, column, type_=sa.String(length, collation="C"))
    for sort in SORTS:
        columns = [sort, "id", *FILTERS, *(other for other in SORTS if other != sort)]
        op.create_index(f"ix_repositories_by_{sort}", "repositories", columns)
