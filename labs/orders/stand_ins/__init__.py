"""Stand-ins for outside services that cost money: real servers on loopback, with the real shapes."""
