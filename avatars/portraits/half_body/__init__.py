"""Our digital humans as far as below the waist: `samples` with arms and hands that gesture."""
