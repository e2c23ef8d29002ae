"""What makes notebooks a course: the lesson handle, predictions, checks, hints and progress."""

from labs.course.expect import expect
from labs.course.lesson import Lesson, open_lesson

__all__ = ["Lesson", "expect", "open_lesson"]
