"""Scenarios of `python -m tests.chaos`: each breaks one thing under load, and judges by what members received."""
