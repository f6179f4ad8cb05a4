"""A cluster for tests: only `make cluster-test` starts one, since it takes minutes and Ray."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("GONOGO_CLUSTER_TEST") else ["test_*.py"]
