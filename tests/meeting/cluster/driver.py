"""Starts a local Ray and the cluster of a file on it: `python driver.py FILE PORT FOLDER`.

Prints `ready`, then serves until its standard input ends.
"""

from __future__ import annotations

import sys

import ray
from ray import serve

from mock_server.cluster import app


def main(file: str, port: int, folder: str) -> None:
    ray.init(num_cpus=8, include_dashboard=False, log_to_driver=False, _temp_dir=folder)
    try:
        serve.start(http_options={"host": "127.0.0.1", "port": port})
        serve.run(app({"file": file}), name="mock", route_prefix="/")
        print("ready", flush=True)
        sys.stdin.read()
        serve.shutdown()
    finally:
        ray.shutdown()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
