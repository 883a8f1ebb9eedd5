"""The spec: text with positions in, a frozen `Spec` or a list of diagnostics out."""
