"""Small live pieces for a notebook: a queue's meter, a feed of events, a number beside its prediction.

Each is a widget with a written twin. The widget is for the learner whose kernel runs; the twin is what is
stored, printed, compared and read aloud. Threads may feed a piece: they only set its values, at most ten times a
second, and never print.
"""
