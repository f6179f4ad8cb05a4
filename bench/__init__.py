"""bench: measures, in one run, against something else. The only place beside tests/ that holds both
rooms.
"""
