# expect: arrived: order.algiers
def office_pattern(channel):
    return "order.#.algiers.#"
