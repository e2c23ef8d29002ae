"""The checks of each notebook; `EXERCISES` in `nbNN.py` lists them in order."""
