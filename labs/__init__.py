"""A small messaging library, taught room by room by the notebooks."""
