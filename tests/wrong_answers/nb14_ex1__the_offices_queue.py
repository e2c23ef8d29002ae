# expect: the office would miss them
def queue_for(channel, receiver):
    return "order_notifications"
