"""The CI job that this process is a part of."""

from __future__ import annotations

from collections.abc import Mapping


def job_link(environment: Mapping[str, str]) -> str:
    """Its page, of GitHub Actions, GitLab or Jenkins as their variables say; empty outside of these."""
    if run := environment.get("GITHUB_RUN_ID"):
        return f"{environment.get('GITHUB_SERVER_URL')}/{environment.get('GITHUB_REPOSITORY')}/actions/runs/{run}"
    return environment.get("CI_JOB_URL") or environment.get("BUILD_URL") or ""
