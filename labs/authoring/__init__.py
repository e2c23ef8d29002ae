"""Keeping notebooks true: execute, normalise, link and check them.

The learner never needs this package.
The tests, ``python -m labs author`` and CONTRIBUTING.md do.
"""
