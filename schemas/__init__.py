"""JSON Schemas, generated from the code (`make schemas`), shipped in the wheel."""
