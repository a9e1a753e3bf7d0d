"""Sensitive subjects, and the cases of members who wrote about one."""
