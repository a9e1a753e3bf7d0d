"""The graph of a draft to edit on: the page, the form of a step beside it, and the changes that it posts."""
