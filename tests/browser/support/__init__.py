"""Windows, forms and the phone of browser tests."""
