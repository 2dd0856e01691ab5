"""A regional news aggregator and newsletter sender; `pipeline.py` is the whole job on one page."""

__version__ = "0.1.0"
