"""Crashing the shop on purpose: its parts as real processes, places where they die, and the audit afterwards."""
