"""The project as a whole: its doors, its words, its versions, and what may not be in any file."""
