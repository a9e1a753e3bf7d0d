"""The knowledge of the digital human: answers and documents, their vectors, and the questions without an answer."""
