"""The order-notification system: what the lab modules are for."""
