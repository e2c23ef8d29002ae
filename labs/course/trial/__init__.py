"""A chaos day: faults that are tried on a whole shop, and the matrix of what it kept of its promises."""

from labs.course.trial.matrix import Matrix
from labs.course.trial.plants import HastyRelay, forgetful, hasty_relay
from labs.course.trial.trial import Trial

__all__ = ["HastyRelay", "Matrix", "Trial", "forgetful", "hasty_relay"]
