"""Figures of one card, from rows that are counted in Python: there are few, and a statement with a
grouping for each answer, or a frame's plan, costs many times what they do. Of several cards, and
of one with many rows (`stored.py`), the engine (`closed.py`) and frames (`opened.py`) count."""
