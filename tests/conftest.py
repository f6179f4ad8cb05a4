"""What holds for every test: time is no judge of an example.

`GONOGO_HYPOTHESIS=campaign` has properties tried with more examples: see `make parsers`.
"""

import os

from hypothesis import settings

settings.register_profile("gonogo", deadline=None)
settings.register_profile("campaign", deadline=None, max_examples=500, database=None)
settings.load_profile(os.environ.get("GONOGO_HYPOTHESIS", "gonogo"))
