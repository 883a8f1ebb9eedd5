"""The fleet: where workers live. A worker is told a job and sends snapshots; how it runs is the engine's matter.

Messages are JSON lines. To a worker: `{"do": "job" | "setup" | "load" | "teardown", ...}`, done one after the other;
`{"do": "stop" | "wind_down" | "crew_go" | "lease", ...}`, heeded at once. From it: `{"is": "ready" | "invalid" |
"snapshot" | "end" | "used_up" | "crew_over" | "beat" | "lost", ...}`.
"""
