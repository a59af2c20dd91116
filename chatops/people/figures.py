"""Whose figures somebody may see: their own, and those of the people whose pod they lead. To all others words must do."""

from __future__ import annotations

from chatops.ports.roster import Directory


def sees_figures(directory: Directory, reader: str, person: str) -> bool:
    """Whether `reader` may see the figures of `person` (both ids): how much they have to do, what they have done."""
    if reader == person:
        return True
    named = directory.profile(person).pods
    return any(pod.lead == reader and (person in pod.members or pod.id in named) for pod in directory.pods())
