"""Transports: how bytes reach a server and an answer comes back. They know nothing of steps, checks or metrics."""
