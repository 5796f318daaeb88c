"""What reaches a person: standing problems, told once, and again when they are over.

Belongs here: noticing, remembering what was told, telling. Does not belong here: mending, or deciding what a run does.
"""
