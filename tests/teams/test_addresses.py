"""Conversation ids, and where our token may go."""

from __future__ import annotations

import pytest

from teams_network.addresses import base, kind_of, may_be_told, root, threaded
from teams_network.clouds import CLOUDS
from teams_network.record_names import LONGEST, name_of

CHANNEL = "19:0a1b@thread.tacv2"


def test_a_thread_is_addressed_behind_its_channel() -> None:
    """And a thread of a thread is one of the channel."""
    thread = threaded(CHANNEL, "17")
    assert (thread, base(thread), root(thread)) == (f"{CHANNEL};messageid=17", CHANNEL, "17")
    assert threaded(thread, "18") == threaded(CHANNEL, "18")
    assert (base(CHANNEL), root(CHANNEL)) == (CHANNEL, None)


@pytest.mark.parametrize(
    ("id", "kind"),
    [
        (CHANNEL, "channel"),
        (f"{CHANNEL};messageid=1", "channel"),
        ("19:old@thread.skype", "channel"),
        ("19:meeting_x@thread.v2", "groupChat"),
        ("19:x@thread.v2", "groupChat"),
        ("a:1x", "personal"),
        ("19:user_bot@unq.gbl.spaces", "personal"),
        ("19:one_other@unq.gbl.spaces", "groupChat"),
    ],
)
def test_an_id_shows_what_it_is_of(id: str, kind: str) -> None:
    """Where an activity does not say it."""
    assert kind_of(id, app="bot") == kind


def test_a_chat_of_two_people_is_not_personal() -> None:
    """Whatever is said of it; of all else, what is said holds."""
    assert kind_of("19:one_other@unq.gbl.spaces", "personal", app="bot") == "groupChat"
    assert kind_of("19:x@thread.v2", "personal", app="bot") == "groupChat"
    assert kind_of("19:user_bot@unq.gbl.spaces", "personal", app="bot") == "personal"
    assert kind_of("a:1x", "personal", app="bot") == "personal"
    assert kind_of("19:old@thread.skype", "groupChat") == "groupChat"
    assert kind_of("19:x@thread.v2", "channel") == "channel"
    assert kind_of("19:x@thread.tacv2", "something new") == "channel"
    assert kind_of("a:1x", "something new") == "groupChat"


@pytest.mark.parametrize(
    ("url", "hosts", "told"),
    [
        ("https://smba.trafficmanager.net/emea/", CLOUDS["public"].service_hosts, True),
        ("https://SMBA.trafficmanager.net/emea/", CLOUDS["public"].service_hosts, True),
        ("https://smba.trafficmanager.net:443/", CLOUDS["public"].service_hosts, True),
        ("https://europe.botframework.com", CLOUDS["public"].service_hosts, True),
        ("https://botframework.com", CLOUDS["public"].service_hosts, False),
        ("http://smba.trafficmanager.net/emea/", CLOUDS["public"].service_hosts, False),
        ("https://smba.trafficmanager.net:8443/", CLOUDS["public"].service_hosts, False),
        ("https://smba.trafficmanager.net.evil.example/", CLOUDS["public"].service_hosts, False),
        ("https://evilbotframework.com/", CLOUDS["public"].service_hosts, False),
        ("https://smba.trafficmanager.net@evil.example/", CLOUDS["public"].service_hosts, False),
        ("https://evil.example/smba.trafficmanager.net", CLOUDS["public"].service_hosts, False),
        ("https://evil.example\\@smba.trafficmanager.net/", CLOUDS["public"].service_hosts, False),
        ("ftp://smba.trafficmanager.net/", CLOUDS["public"].service_hosts, False),
        ("smba.trafficmanager.net", CLOUDS["public"].service_hosts, False),
        ("https://[", CLOUDS["public"].service_hosts, False),
        ("https://smba.trafficmanager.net:port/", CLOUDS["public"].service_hosts, False),
        ("", CLOUDS["public"].service_hosts, False),
        ("http://127.0.0.1:4000/x", ("127.0.0.1:4000",), True),
        ("http://127.0.0.1:4001/x", ("127.0.0.1:4000",), False),
        ("http://127.0.0.1/x", ("127.0.0.1",), False),
        ("http://[::1]:4000/x", ("[::1]:4000",), True),
        ("http://10.0.0.1:4000/x", ("10.0.0.1:4000",), False),
        ("https://10.0.0.1:4000/x", ("10.0.0.1:4000",), True),
    ],
)
def test_a_token_goes_to_named_hosts_only(url: str, hosts: tuple[str, ...], *, told: bool) -> None:
    """By https, and on the port that is named."""
    assert may_be_told(url, hosts) is told


def test_a_name_of_a_document_is_short_and_of_one_meaning() -> None:
    """Ids as they are where that can be told apart; else their digest."""
    assert name_of(CHANNEL) == CHANNEL
    assert name_of("t", "29:a") == "t|29:a"
    names = {name_of("a|b"), name_of("a", "b"), name_of("a\0b"), name_of("#x"), name_of("x" * 500), name_of("\ud800")}
    assert len(names) == 6
    assert all(len(name) <= LONGEST and name.isascii() and name.isprintable() for name in names)
