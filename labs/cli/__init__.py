"""The command line. A command reads its options, calls the rooms below, and says what happened."""
