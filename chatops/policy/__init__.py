"""Tests of a company's policy: people, pods and rules, played through before the night they are needed.

In a test of your own::

    from chatops.policy import examine

    def test_our_policy() -> None:
        assert not examine(Path("config")).problems
"""

from chatops.policy.examining import Report, examine

__all__ = ["Report", "examine"]
