"""The picture that is filmed: a portrait in the format of the film, on the background that somebody chose."""
