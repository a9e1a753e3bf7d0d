"""The picture that is rendered: a portrait in the format of the video, on the chosen background."""
