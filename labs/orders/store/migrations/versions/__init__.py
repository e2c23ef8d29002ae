"""The steps, oldest first. Each says in `down_revision` which one it follows."""
