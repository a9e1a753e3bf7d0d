"""What the digital human knows: answers and documents, their vectors, and the questions without an answer."""
