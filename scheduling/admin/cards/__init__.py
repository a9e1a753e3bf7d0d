"""Cards as people write them in a form, and as a phone shows them."""
