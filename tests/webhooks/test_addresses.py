"""Where webhooks may go."""

from __future__ import annotations

import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from chatops.webhooks.addresses import PrivateAddress, PublicOnly, is_public, wrong_with

PRIVATE = (
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "0.0.0.1", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:a00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "64:ff9b:1::1", "localhost", "", "1.2.3", "0x7f000001",
)  # fmt: skip

ADDRESSES = (
    "http://example.com/x", "ftp://example.com", "file:///etc/passwd", "https://", "https:///x", "https://127.0.0.1/x",
    "https://localhost/x", "https://10.0.0.1", "https://[::1]/x", "https://[::ffff:10.0.0.1]/", "https://[fe80::1]/",
    "https://169.254.169.254/latest/meta-data", "https://user:pass@example.com/", "https://example.com@10.0.0.1/",
    "https://example.com/#x", "https://exa mple.com/", "https://example.com\\@10.0.0.1/", "https://example.com:99999/",
    "https://example.com:x/", "https://ex\u0430mple.com/", "https://[::1", "javascript:alert(1)", "//example.com",
    "https://192.168.0.1:8443/", "https://0.0.0.0/", "gopher://x", "https://example.com/\n", "http://127.0.0.1/",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_public(address: str) -> None:
    """However it is written."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_one_is(address: str) -> None:
    """Of both kinds."""
    assert is_public(address)


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_may_not_be_called_is_refused(url: str) -> None:
    """With the reason."""
    assert wrong_with(url, allow_private=False)


def test_what_may_be_called() -> None:
    """Public names by https; private ones when that is meant, this machine then also by http."""
    assert wrong_with("https://example.com/hooks?x=1", allow_private=False) is None
    assert wrong_with("https://10.0.0.1/x", allow_private=True) is None
    assert wrong_with("http://127.0.0.1:9/x", allow_private=True) is None
    assert wrong_with("http://10.0.0.1/x", allow_private=True)
    assert wrong_with("http://example.com/x", allow_private=True)


class Names(AbstractResolver):
    """Knows a name by another address each time it is asked."""

    def __init__(self, *addresses: list[str]) -> None:
        self._addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self._addresses.pop(0)
        ]

    async def close(self) -> None:
        self._addresses.clear()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::ffff:192.168.0.1"])
async def test_a_name_that_changes_its_mind_gains_nothing(address: str) -> None:
    """It is judged each time, and one private address among public ones is enough."""
    names = PublicOnly(Names(["8.8.8.8"], [address], ["8.8.8.8", address]))

    assert [one["host"] for one in await names.resolve("example.com", 443)] == ["8.8.8.8"]
    for _n in range(2):
        with pytest.raises(PrivateAddress):
            await names.resolve("example.com", 443)
    await names.close()
