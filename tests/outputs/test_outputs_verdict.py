"""What webhook and Slack are told: the verdict and nothing of requests, within Slack's limits."""

from __future__ import annotations

import json

import pytest
from support_results import make_result

from loadspec.outputs.json_text import json_text
from loadspec.outputs.slack import message
from loadspec.outputs.target import Target
from loadspec.outputs.verdict_text import link, verdict_of

TARGET = Target("webhook", "http://127.0.0.1:1/", {"link": "https://ci.example.com/7"})


def test_the_verdict_has_thresholds_and_margins_and_the_failed_one_first():
    told = json.loads(json_text(verdict_of(make_result(), TARGET)))
    assert (told["loadspec"], told["version"], told["verdict"], told["exit_code"]) == ("verdict", 1, "FAIL", 99)
    first = told["thresholds"][0]
    assert (first["threshold"], first["status"]) == ("errors: rate < 10%", "fail")
    assert first["margin"] < 0
    assert told["link"] == "https://ci.example.com/7"
    assert told["requests"] > 100


def test_no_answer_of_a_server_is_in_it():
    result = make_result()
    everything = json_text(verdict_of(result, TARGET)) + json.dumps(message(result))
    assert "provider unavailable" not in everything
    assert "authorization" not in everything


def test_slacks_message_is_within_its_limits_whatever_the_texts():
    hostile = "<!channel> & `x` *bold* \x1b[31m" * 400
    told = message(make_result(spec_name=hostile, sentence=hostile, target=hostile), "https://ci.example.com/a>b")
    assert len(told["blocks"]) <= 50
    texts = [block["text"]["text"] for block in told["blocks"] if block["type"] == "section"]
    texts += [element["text"] for block in told["blocks"] for element in block.get("elements", [])]
    assert all(0 < len(text) <= 3000 for text in texts)
    assert all("<!channel>" not in text and "\x1b" not in text for text in [*texts, told["text"]])


def test_slacks_message_says_what_counts():
    told = message(make_result())
    assert told["text"] == "FAIL: image generation"
    first, thresholds = (block["text"]["text"] for block in told["blocks"][:2])
    assert first.startswith(":x: *FAIL: image generation*\ngeneration_success 88.52 %")
    assert thresholds.splitlines()[0].startswith(":x: `errors: rate &lt; 10%`: 11.48%, limit &lt; 10% ")


GITHUB = {"GITHUB_RUN_ID": "7", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b"}


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, ""),
        (GITHUB, "https://github.com/a/b/actions/runs/7"),
        ({"CI_JOB_URL": "https://gitlab.com/a/-/jobs/1"}, "https://gitlab.com/a/-/jobs/1"),
        ({"BUILD_URL": "https://jenkins/job/1/"}, "https://jenkins/job/1/"),
    ],
)
def test_the_link_is_the_ci_job(environment, found):
    assert link(Target("slack", "http://127.0.0.1:1/"), environment) == found
