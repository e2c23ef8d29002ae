"""Many short stories with an accident in each, and what must be true at the end of every one.

``python -m labs soak --runs 300 --seed 1``. Each run is drawn from its own seed, so a failing one can be repeated.
"""
