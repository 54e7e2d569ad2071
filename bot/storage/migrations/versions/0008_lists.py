"""Make the lists' indexes narrower by the columns that nothing filters by; have PostgreSQL tidy what lists read sooner."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
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
    "full_name_lower",
)
READ_BY_INDEX = (
    "repositories",
    "repository_technologies",
    "repository_checks",
    "repository_owners",
    "repository_packages",
    "user_repositories",
)
"""What lists read from an index alone, which PostgreSQL can only where it has tidied since the last change."""


def upgrade() -> None:
    for sort in SORTS:
        name = f"ix_repositories_by_{sort}"
        op.drop_index(name, "repositories")
        op.create_index(name, "repositories", list(dict.fromkeys((sort, "id", *FILTERS))))
    if op.get_bind().dialect.name == "postgresql":
        for table in READ_BY_INDEX:
            op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.05)")
