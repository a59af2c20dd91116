"""People linked in a message become what the directory calls them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrix_network.pills import with_handles

HANDLES = {"@tobias:home.test": "tobias", "@anna.k:home.test": "anna.kessler"}


def link(user: str, label: str) -> str:
    """A pill, as clients write it."""
    return f'<a href="https://matrix.to/#/{user}">{label}</a>'


TOBIAS = link("@tobias:home.test", "Tobi &amp; Co 🦊")
ANNA = link("%40anna.k%3Ahome.test", "Anna")


@pytest.mark.parametrize(
    ("text", "html", "read"),
    [
        ("invite Tobi & Co 🦊: please", f"invite {TOBIAS}: please", "invite @tobias: please"),
        ("invite @Tobi & Co 🦊", f"invite @{TOBIAS}", "invite @tobias"),
        ("invite Anna, Tobi & Co 🦊", f"invite {ANNA}, {TOBIAS}", "invite @anna.kessler, @tobias"),
        ("invite [Tobi](https://matrix.to/#/@tobias:home.test) now", "", "invite @tobias now"),
        ("invite @tobias:home.test now", "", "invite @tobias now"),
        ("invite @tobias:home.test: now", "", "invite @tobias: now"),
        ("invite @eve:home.test, Eve", f"invite @eve:home.test, {link('@eve:home.test', 'Eve')}", None),
        ("invite tobias", "<p>nothing of it</p>", None),
        ("invite x", f"invite {TOBIAS}", None),
    ],
)
def test_who_is_linked_is_named_by_handle(text: str, html: str, read: str | None) -> None:
    """By the client's label, by Markdown, or by user id; whom nobody knows stays as written."""
    assert with_handles(text, html, HANDLES.get) == (read or text)


@given(st.text(), st.text())
def test_anything_is_read(text: str, html: str) -> None:
    """Without anybody known nothing changes."""
    assert with_handles(text, html, lambda _user: None) == text
    with_handles(text, html, lambda user: user[1:3])
