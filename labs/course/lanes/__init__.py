"""One program in both lanes, to be read side by side."""
