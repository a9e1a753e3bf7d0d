"""The kinds of steps: a module each, which `nodes.registry` finds."""
