"""Checks: what must hold of an answer. A kind is a row in `KINDS`."""
