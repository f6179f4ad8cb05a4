"""A mock under mixed load and faults for long: what it held, and what grew."""
