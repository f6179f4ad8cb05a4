"""Run the measurements that need no model and no quiet night: `python -m bench`.

`bench.check` times the suite against the local mock, `bench.seeded` the seeded engine, and
`bench.fuzz` our fuzz against Schemathesis. `bench.gemma`, `bench.gemma7b`, `bench.voices` and
`bench.panel` run by name.
"""

from bench import check, fuzz, seeded

for measure in (check, seeded, fuzz):
    print(f"== {measure.__name__}")
    measure.main()
