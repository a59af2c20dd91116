"""The article that grows in a swarm: problem, environment, steps, cause, in the words in which they were said. Pure."""

from __future__ import annotations

from chatops.core.frozen import Frozen
from chatops.core.text import Text, _, lines, said
from chatops.swarm.keeping import present
from chatops.swarm.model import Swarm


class Article(Frozen, frozen=True, kw_only=True):
    """What a knowledge article says."""

    title: str
    problem: str
    """In the words of whoever has it: the customer, else who asked."""
    asked: str = ""
    """The help asked for, where that is something else."""
    environment: str = ""
    tried: str = ""
    """What did not help."""
    steps: tuple[str, ...] = ()
    """In the order in which they were kept."""
    answers: tuple[tuple[str, str], ...] = ()
    """Questions with their answers."""
    resolution: str = ""
    cause: str = ""

    @property
    def missing(self) -> tuple[Text, ...]:
        """What a reader would still look for."""
        lacking = []
        if not self.environment:
            lacking.append(_("environment"))
        if not (self.steps or self.resolution):
            lacking.append(_("what solves it"))
        if not self.cause:
            lacking.append(_("cause"))
        return tuple(lacking)


def article_of(swarm: Swarm) -> Article:
    """Return the article as it stands. What was written by hand wins over what the swarm knows."""
    problem = swarm.draft.problem or swarm.case.words or swarm.question
    return Article(
        title=swarm.draft.title or swarm.case.subject,
        problem=problem,
        asked=swarm.question if swarm.question != problem else "",
        environment=swarm.draft.environment,
        tried=swarm.tried,
        steps=tuple(step.text for step in present(swarm.steps)),
        answers=tuple((one.text, one.answer) for one in swarm.questions if one.answer is not None),
        resolution=swarm.solution.text if swarm.solution else "",
        cause=swarm.draft.cause or swarm.cause,
    )


def written_out(article: Article) -> Text:
    """Return the text of the article, its title left out. What people said stands in it as they said it."""
    parts = [_("Problem: {words}", words=said(article.problem))]
    if article.asked:
        parts.append(_("Asked: {words}", words=said(article.asked)))
    if article.environment:
        parts.append(_("Environment: {words}", words=said(article.environment)))
    if article.tried:
        parts.append(_("What did not help: {words}", words=said(article.tried)))
    parts += [
        _("Question: {question} Answer: {answer}", question=said(question), answer=said(answer))
        for question, answer in article.answers
    ]
    if article.steps:
        parts.append(_("Steps:"))
        parts += [
            _("{number}. {words}", number=number, words=said(step)) for number, step in enumerate(article.steps, 1)
        ]
    if article.resolution:
        parts.append(_("Solution: {words}", words=said(article.resolution)))
    if article.cause:
        parts.append(_("Cause: {words}", words=said(article.cause)))
    return lines(*parts)
