"""A video as a portrait: its own body, breath and blinks, and the mouth of one of its frames, moved as in a picture."""
