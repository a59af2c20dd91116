"""The rules' file: what is wrong is named with its line and its mending."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatops.errors import SettingsError
from chatops.rules.files import parsed

FILE = Path("rules.toml")
PODS = ("emea-1", "apac-1")


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ('match = "frist"', "rules.toml: match: 'frist' is not a way; 'first' is."),
        ('[[rules]]\nname = "a"\npdo = "emea-1"', "line 3 (a): 'pdo' is not a key; 'pod' is."),
        ('[[rules]]\nname = "a"\npod = "emea-2"', "line 3 (a): pod: 'emea-2' is not a pod; 'emea-1' is."),
        ('[[rules]]\nname = "a"\npod = "emea-1"\nwhen.priority = "urgnt"', "line 4 (a): priority: 'urgnt' is not"),
        ('[[rules]]\nname = "a"\npod = "emea-1"\nwhen.priorty = "urgent"', "'priorty' is not a key; 'priority' is."),
        ('[[rules]]\nname = "a"\npod = "emea-1"\nwhen.sla_left = "2h"', 'write it like sla_left = "< 2h".'),
        ('[[rules]]\nname = "a"\npod = "emea-1"\nwhen.age = "> 4bh"', "is no comparison"),
        ('[[rules]]\nname = "a"\npod = "emea-1"\nwhen.time = "9-17"', 'write it like time = "18:00-08:00".'),
        ('[[rules]]\nname = "a"\npod = "emea-1"\nwhen.zone = "Mars"', "is no IANA time zone"),
        ('[[rules]]\nname = "a"\npod = "emea-1"\nwhen.weekday = "someday"', "is not a day"),
        ('[[rules]]\nname = "a"\npod = "emea-1"\nwhen.text = "!!"', "text: '!!' has no letter."),
        ('[[rules]]\nname = "a"\nswarm = "opne"', "'opne' is not a step"),
        ('[[rules]]\nname = "a"\nswarm = "open"', "question: say what help is needed"),
        ('[[rules]]\nname = "a"', "without a pod and without a swarm the rule does nothing"),
        ('[[rules]]\npod = "emea-1"', "name is missing."),
        ('[[rules]]\nname = "A B"\npod = "emea-1"', "must be lower-case letters"),
        ('[[rules]]\nname = "a"\npod = "emea-1"\n' * 2, "name 'a' is given to several rules"),
        (
            '[[rules]]\nname = "a"\norder = 1\npod = "emea-1"\n[[rules]]\nname = "b"\norder = 1\npod = "emea-1"',
            "order '1' is given to several rules (a, b)",
        ),
        ('segments = ["vip"]\n[[rules]]\nname = "a"\npod = "emea-1"\nwhen.segment = "vpi"', "segment: 'vpi' is not"),
        ("rules = 3", "write one [[rules]] table each"),
        ("[[rules]", "cannot be read"),
    ],
)
def test_a_mistake_is_named_with_its_mending(source: str, finding: str) -> None:
    """With the line of its key, the rule it is in, and what would be right."""
    with pytest.raises(SettingsError) as error:
        parsed(source, FILE, PODS)
    assert finding in str(error.value)


def test_all_mistakes_are_named_at_once() -> None:
    """One line each."""
    with pytest.raises(SettingsError) as error:
        parsed('match = "x"\n[[rules]]\nname = "a"\npod = "zz"\n[[rules]]\npod = 3', FILE, PODS)
    assert len(str(error.value).splitlines()) == 3


def test_rules_stand_in_the_order_they_give_themselves() -> None:
    """Without one, in that of the file."""
    source = "".join(
        f'[[rules]]\nname = "{name}"\npod = "emea-1"\n{more}\n' for name, more in (("a", ""), ("b", "order = 5"))
    )
    assert [rule.name for rule in parsed(source, FILE, PODS).rules] == ["b", "a"]
