"""Footnote: answers from a folder of articles, each claim footnoted and checked."""

__version__ = "0.1.0"
