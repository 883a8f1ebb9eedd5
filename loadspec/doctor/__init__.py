"""What can be known before a run: whether this machine can do what a spec asks of it, and how to mend what is wrong.

`look` gathers facts, `need_of` says what a spec needs, and `examine` holds one against the other by a table of checks.
"""

from loadspec.doctor.checks import CHECKS, examine
from loadspec.doctor.facts import look
from loadspec.doctor.model import Facts, Finding, Need
from loadspec.doctor.need import need_of

__all__ = ["CHECKS", "Facts", "Finding", "Need", "examine", "look", "need_of"]
