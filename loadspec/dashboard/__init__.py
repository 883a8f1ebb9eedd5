"""The live page of a run: its report as far as it has come, at an address of this machine, with a button to end it."""
