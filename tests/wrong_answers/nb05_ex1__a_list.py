# expect: One pattern, in quotes
def office_pattern(channel):
    return ["order.*.algiers", "order.*.algiers.#"]
