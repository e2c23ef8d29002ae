# expect: The pattern is too wide
def office_pattern(channel):
    return "#"
