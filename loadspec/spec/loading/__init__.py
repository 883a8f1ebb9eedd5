"""Files of a spec: read, confined to its folder, and joined to one document whose nodes know where they stand.

`text` makes text of bytes. `join` looks whether there is more than one file; `assemble` then puts them together:
`folder` finds and composes files, `layers` puts one document over another, `include` and `use` say which. `partial`
keeps quiet about what something missing would have said.
"""

from __future__ import annotations

from loadspec.spec.loading.join import Joined, join

__all__ = ["Joined", "join"]
