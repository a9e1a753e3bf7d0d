"""Formulas: conditions and values that HR writes, like `days > 3 and member.city = "上海"`. Read, never executed."""
