"""``python -m labs``: every door of the course leads here."""

from __future__ import annotations

from labs.cli.app import main

if __name__ == "__main__":
    main()
