"""The clients of other people: only `make clients` installs them and collects these tests."""

import os

collect_ignore_glob = [] if "GONOGO_CLIENTS" in os.environ else ["test_*.py"]
