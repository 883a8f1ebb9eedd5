"""Protocols: what a step does on the wire and what is kept of it. Compiled once, run by the engine's users."""
