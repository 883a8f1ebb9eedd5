"""The report while its run goes on: the same sections, each sent anew when it has changed, in a page for them."""

from loadspec.report.live.now import Now
from loadspec.report.live.page import live_page, live_parts

__all__ = ["Now", "live_page", "live_parts"]
