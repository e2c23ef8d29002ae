"""Programs that a lesson runs as processes of their own, so that a signal to them is a real signal.

Each is shown on the page before it runs. Run them with `labs.course.child.Child`, which hands them their
arguments and ends them with the kernel.
"""
