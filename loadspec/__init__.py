"""loadspec: load testing that is read before it is run.

Importing this package has no side effect: nothing is patched, no module below it is loaded.
"""

__version__ = "0.1.0"
