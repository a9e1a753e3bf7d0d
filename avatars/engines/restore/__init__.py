"""What makes a portrait sharper or larger, once, before it moves: networks whose weights people bring.

`settings.RESTORERS` names them; the modes `enhanced_*` use the one that `settings.RESTORER` names.
"""
