# expect: missing: order.created.algiers, 
def office_pattern(channel):
    return "order.*.algiers.*"
