"""The kinds of content that a campaign sends: one module each, declared once. Knows no framework.

A module that `kinds` finds here is offered by forms, REST, files and checks. Batches, previews, forecasts, rehearsals
and clicks ask the kind, never for its name.
"""
