"""Alembic's way in. `schema.directory.upgrade` opens the connection and holds the lock."""

from alembic import context

from schema.directory.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
