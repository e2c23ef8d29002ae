"""One good answer for each exercise, each proved right by the tests."""
