"""repwatch: hear what customers say in public, and answer in time."""

__version__ = "0.1.0"
