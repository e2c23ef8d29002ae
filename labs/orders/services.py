"""Every service of the shop by name: which queue it reads, and what it does with an event."""
