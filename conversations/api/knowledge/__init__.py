"""Knowledge in the API: answers, documents, and questions without an answer."""
