# expect: Call handle(body) for each order
def work_off(channel, handle):
    channel.queue_purge("orders")
