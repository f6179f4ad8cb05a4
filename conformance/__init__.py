"""conformance: finds out whether a gateway keeps the contract."""

__version__ = "0.1.0"
