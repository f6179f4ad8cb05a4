"""Recording: what a real gateway answered, kept in files, given again, and compared with today.

The format of a fixture is documented in `docs/mock.md`; no file here but `proxy` touches a network.
"""
