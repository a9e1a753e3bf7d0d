"""When campaigns may go out, and which hours and days are odd ones for them."""
