"""Campaigns and segments into files, and back."""
