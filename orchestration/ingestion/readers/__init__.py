"""Readers: what the bytes of each kind of file say, as rows of text.

Belongs here: one small module for each format. Does not belong here: what a cell may hold, or where rows go.
"""
