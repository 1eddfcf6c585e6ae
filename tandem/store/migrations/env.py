"""Where Alembic meets the store: it works on the connection, and in the transaction, that it is handed."""

from __future__ import annotations

from alembic import context

from tandem.store import desk, manners, tables  # noqa: F401 - their tables register themselves
from tandem.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
