"""What holds for every test: time is no judge of an example."""

from hypothesis import settings

settings.register_profile("gonogo", deadline=None)
settings.load_profile("gonogo")
