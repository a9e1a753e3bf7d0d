"""Facts of members beside the directory: their definitions, their values, files of them."""
