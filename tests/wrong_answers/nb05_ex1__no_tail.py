# expect: missing: order.created.algiers.urgent
def office_pattern(channel):
    return "order.*.algiers"
