# expect: Wildcards stand for whole words
def office_pattern(channel):
    return "order.*.alg*.#"
