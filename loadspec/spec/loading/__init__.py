"""Files of a spec: read, confined to its folder, and joined to one document whose nodes know where they stand.

`text` makes text of bytes, `folder` finds and composes files, `layers` puts one document over another, `include` and
`use` say which. A spec of one file pays for none of this but a look.
"""

from __future__ import annotations

from loadspec.spec.loading.join import Joined, join

__all__ = ["Joined", "join"]
