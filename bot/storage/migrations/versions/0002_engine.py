"""Create the tables of the embedded engine's journal, unless the engine was there first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "engine_marks",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key"),
        if_not_exists=True,
    )
    op.create_index("ix_engine_marks_at", "engine_marks", ["kind", "at_ms"], unique=False, if_not_exists=True)
    op.create_table(
        "engine_runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("function_id", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("finished_ms", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.Column("jobs", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("ix_engine_runs_state", "engine_runs", ["state", "finished_ms"], unique=False, if_not_exists=True)
    op.create_table(
        "engine_steps",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("step_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("memo", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "step_id"),
        if_not_exists=True,
    )
