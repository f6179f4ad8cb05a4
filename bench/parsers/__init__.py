"""A bounded hunt through every reader of what strangers write; `python -m bench.parsers`."""
