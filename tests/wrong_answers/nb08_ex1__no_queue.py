# expect: Declare it, and bind it
def four_deaths(channel):
    channel.queue_declare("mail", durable=True, arguments={"x-dead-letter-exchange": "refused"})
