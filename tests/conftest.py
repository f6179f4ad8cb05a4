"""What holds for every test: time is no judge of an example.

`GONOGO_HYPOTHESIS=campaign` has each property tried with many more examples (`make parsers`).
"""

import os

from hypothesis import settings

settings.register_profile("gonogo", deadline=None)
settings.register_profile("campaign", deadline=None, max_examples=2_000, database=None)
settings.load_profile(os.environ.get("GONOGO_HYPOTHESIS", "gonogo"))
