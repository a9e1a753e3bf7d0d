"""What people state as a proof."""
