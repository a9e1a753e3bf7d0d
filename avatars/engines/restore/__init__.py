"""Restorers make a portrait sharper or larger, once, before it moves: networks whose weights you bring.

`settings.RESTORERS` names them; the modes `enhanced_*` use the one that `settings.RESTORER` names.
"""
