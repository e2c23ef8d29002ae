"""Four ways to tell the office of a new order, as real programs on loopback, so that they can be compared.

What differs from way to way is one line of the order service, `tell(order)`, and one program, the office. Everything
else is the same: the customer posts an order, the order service stores it, tells, and answers.
"""

from labs.course.ways.judged import judged, lines_changed
from labs.course.ways.office import Office, free_port
from labs.course.ways.open_line import OpenLine
from labs.course.ways.order_service import OrderService
from labs.course.ways.outage import outage
from labs.course.ways.pictures import Cost, Heard
from labs.course.ways.trial import first_order, running, side_by_side, trial, two_services

__all__ = [
    "Cost", "Heard", "Office", "OpenLine", "OrderService", "first_order", "free_port", "judged", "lines_changed",
    "outage", "running", "side_by_side", "trial", "two_services",
]  # fmt: skip
