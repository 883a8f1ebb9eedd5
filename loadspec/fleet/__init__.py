"""The fleet: where workers live. A worker is told a job and sends snapshots; how it runs is the engine's matter.

Messages are JSON lines. To a worker: `{"do": "job" | "setup" | "load" | "teardown" | "stop", ...}`; from it:
`{"is": "ready" | "invalid" | "snapshot" | "end" | "lost", ...}`.
"""
