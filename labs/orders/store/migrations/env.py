"""Alembic runs this file for every command: it hands over the connection that `migrate` opened.

It must not begin, commit or close anything: the transaction, and the lock in it, are `migrate`'s.
https://alembic.sqlalchemy.org/en/latest/cookbook.html#connection-sharing
"""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
