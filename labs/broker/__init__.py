"""A real broker for every learner: found or started, asked what it can do, and left as it was."""
