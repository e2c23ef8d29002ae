"""What an order is, with no network and no database in sight."""
