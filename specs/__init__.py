"""Example specs, shipped in the wheel and read by `importlib.resources`."""
