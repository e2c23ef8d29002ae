"""The routing-key playground of notebook 05: a key, a pattern, what takes what, and what the broker does."""

from labs.course.playground.widget import Playground

__all__ = ["Playground"]
