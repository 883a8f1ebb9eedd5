"""The terminal: progress on stderr while a run goes on, the summary on stdout when it has ended."""

from loadspec.ui.live import Live, live
from loadspec.ui.summary import summary
from loadspec.ui.text import speaks_unicode, wants_colour

__all__ = ["Live", "live", "speaks_unicode", "summary", "wants_colour"]
