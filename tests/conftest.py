"""What holds for all tests."""

from hypothesis import settings

settings.register_profile("repwatch", deadline=None)  # how quick it is, is no test's business
settings.load_profile("repwatch")
