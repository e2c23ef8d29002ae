"""What the shop remembers, and the transactions that keep it true."""
