"""The version of the package and of the model it builds, said here only."""

__version__ = "0.1.0"
