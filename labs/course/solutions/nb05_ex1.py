def office_pattern(channel):
    """Return one topic pattern for the Algiers office."""
    return "order.*.algiers.#"  # any one kind, then the place, then whatever may follow
