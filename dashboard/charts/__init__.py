"""Drawings: values in, SVG out. Pure, the same on the page and in the PDF, each with its table."""
