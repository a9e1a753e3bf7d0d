"""The commands of the chat: a module each, with its act, which `registry` finds."""
