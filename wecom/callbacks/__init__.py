"""Incoming callbacks, step by step: inbox records, processor claims, router chooses, handler_runner runs."""
