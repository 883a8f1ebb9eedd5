"""The benchmark: one flow against nginx, sent by loadspec and by its peers, in one session on one machine."""
