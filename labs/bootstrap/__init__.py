"""From a bare clone to a Python environment and the programs it needs.

This runs before anything is installed, on whatever Python 3.11+ the machine has: the standard library only.
It says what it is about to do before it does it, and hands over to ``python -m labs`` when all is ready.
"""
