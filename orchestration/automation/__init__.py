"""When the warehouse refreshes: jobs, sensors, schedules, and what a run owes to the others.

Belongs here: triggers and their reasons. Does not belong here: what a step does.
"""
