"""What the company knows of its members beside the directory: which facts there are, their values, files of them."""
