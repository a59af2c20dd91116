"""A swarm from beginning to end, told by three people."""

from __future__ import annotations

from chatops.ports.tickets import Status
from chatops.swarm.model import State
from swarm_bench import Bench, words


async def test_three_people_solve_a_case_together() -> None:
    """Open, invite, accept by button, question, answer, solution, done with an article draft."""
    bench = Bench()

    opened = await bench.do("olga", 'swarm open fake:1001 refund loops tried="restarted the job"')
    assert "SW-1 is open: refund loops" in words(opened)
    asked = await bench.do("olga", "invite skill:billing you know the job", room="1")
    assert "Anna A, 14:00 there" in words(asked)

    [letter] = [said for said in await bench.said_to("person:anna") if "asks for your help" in words(said)]
    assert "Why you: you know the job" in words(letter)
    welcome = await bench.press("anna", letter, "I’ll help")
    assert "You are in SW-1" in words(welcome)
    assert bench.ledger["room.invite swarm:1/main anna"] == 1
    assert (await bench.swarm()).state is State.ACTIVE

    await bench.do("ben", "swarm join SW-1")
    await bench.do("anna", "question which payment provider is it?", room="1")
    assert "answer Q1" in words((await bench.room())[-2]) + words((await bench.room())[-1])
    await bench.do("ben", "swarm answer SW-1 Q1 the new one", direct=True)
    await bench.do("anna", "solution release the lock, then run the job", room="1")

    finished = await bench.do(
        "olga", 'done "released the lock" article=new because="Refund job loops" cause=lock', room="1"
    )
    assert "SW-1 is closed" in words(finished)
    swarm = await bench.swarm()
    assert swarm.state is State.CLOSED
    assert [(write.name, write.state) for write in swarm.writes] == [
        ("note/opened", "done"),
        ("status", "done"),
        ("note/closed", "done"),
        ("article", "done"),
    ]
    assert bench.ledger["room.open swarm:1/main"] == 1
    assert bench.ledger["room.archive swarm:1/main"] == 1
    ticket = await bench.tickets.get(swarm.case.ref)
    assert ticket.status is Status.RESOLVED
    assert ticket.owner is not None
    assert ticket.owner.ref.id == "t-olga"
    notes = [comment.text for comment in await bench.tickets.comments(swarm.case.ref)]
    assert "Olga O opened SW-1: refund loops" in notes[0]
    assert "Solution: released the lock" in notes[1]
    last = words((await bench.room())[-1])
    assert "note on the ticket ✓ · article KB1 ✓" in last
    assert "Solved: released the lock" in last
