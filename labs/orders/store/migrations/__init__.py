"""How the database of yesterday becomes the one of today, step by step, with everything that is in it.

`versions/` holds one file for each step, written once and never changed after a release. `migrate.py` runs those
that are missing whenever the shop opens its database, in one transaction and in one process at a time.
To change a table: change it in `labs/orders/store/*tables.py`, add a file beside the last one in `versions/`, and set
`HEAD` in `migrate.py`. The tests compare both on both databases. There is no way back to an older version of the
tables: it would throw away what they hold. Whoever wants to go back restores a backup.
https://alembic.sqlalchemy.org/en/latest/tutorial.html
"""
