"""The kinds of content that a campaign sends: a class each, declared once. Knows no framework.

A class that `kinds` finds in a module here is offered by forms, REST, files and checks. Batches, previews, forecasts,
rehearsals and clicks ask the kind, never for its name.
"""
