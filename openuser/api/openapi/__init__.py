"""The OpenAPI description: operations, the document as a whole, examples of bodies."""
