"""The one query layer: what pages, API, CSV, PDF, Excel and reports show is read here.

    question → gather: rollups for closed days, raw events for open ones → pure cores → values

A `Question` says which cards, days and filters. A `Batch` (`read.py`) reads what several answers
need at once, so that they belong together. Every answer is a plain frozen value.
"""
