"""Scenes: a digital human alone, beside a slide or in the corner of it. Works on files, not on rows."""
