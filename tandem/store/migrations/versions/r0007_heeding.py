"""Keys of stock in the form in which both sides' codes are compared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tandem.store.columns import Identity, Name

revision = "r0007"
down_revision = "r0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("records", sa.Column("folded", Name, nullable=True))
    records = sa.table("records", sa.column("id", Identity), sa.column("entity"), sa.column("key"), sa.column("folded"))
    tx = op.get_bind()
    rows = tx.execute(sa.select(records.c.id, records.c.key).where(records.c.entity == "stock")).all()
    if rows:  # not by upper(): SQLite's knows ASCII only
        change = sa.update(records).where(records.c.id == sa.bindparam("row")).values(folded=sa.bindparam("new"))
        tx.execute(change, [{"row": row.id, "new": row.key.strip().upper()} for row in rows])
    there = sa.text("folded IS NOT NULL")
    columns = ["connection", "entity", "folded"]
    op.create_index("ix_records_folded", "records", columns, sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    op.drop_index("ix_records_folded", "records")
    op.drop_column("records", "folded")
