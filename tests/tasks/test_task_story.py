"""Tasks, played through the whole engine: given, answered, seen through."""

from __future__ import annotations

from datetime import timedelta

from chatops.ports.roster import Pod
from chatops.tasks.model import State
from task_story import TaskStory


async def test_a_task_in_a_swarm_is_given_answered_and_done() -> None:
    """It belongs to the swarm, its assignee is asked for a yes, and the timeline has all of it."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("olga", 'task add @anna "read the refund log" in=10m', room=room)
        task = await story.task()
        assert (task.subject, task.assignee, task.state) == ("swarm:1", "anna", State.OPEN)
        assert "Olga asks you: read the refund log" in story.alone("anna")
        await stage.presses("anna", "Got it")
        assert (await story.task()).state is State.ACKED
        await stage.says("anna", "task done", room=room)
        assert (await story.task()).state is State.DONE
        audit = "\n".join(reply.text for reply in await stage.calls("olga", "audit SW-1"))
        assert "Olga gave T-1 to Anna: read the refund log" in audit
        assert "Anna finished T-1" in audit


async def test_who_does_not_answer_is_asked_once_more() -> None:
    """Half the time is there for a yes; then the assignee is reminded, once."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("olga", 'task add @anna "read the refund log" in=10m', room=room)
        await stage.advance(timedelta(minutes=5, seconds=1))
        assert story.alone("anna").count("Olga waits for your word") == 1


async def test_when_time_is_over_everybody_concerned_is_told_in_one_place() -> None:
    """One card for one task; when more run out, the same card lists them."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("ben", 'task add @anna "read the refund log" in=10m', room=room)
        await stage.says("ben", 'task add @anna "ask the bank" in=12m', room=room)
        await stage.advance(timedelta(minutes=10, seconds=1))
        for person in ("anna", "ben", "olga"):
            assert "The time is over, and Anna has not said yes." in story.alone(person)
        await stage.advance(timedelta(minutes=3))
        for person in ("anna", "ben", "olga"):
            assert "2 tasks are overdue" in story.alone(person)
        assert (await story.task()).state is State.OPEN


async def test_more_time_stops_the_clock() -> None:
    """A task with a later time is not told of at the old one."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("olga", 'task add @anna "read the refund log" in=10m', room=room)
        await stage.says("anna", "task due T-1 in=2h", room=room)
        await stage.advance(timedelta(hours=1))
        assert "The time is over" not in story.alone("olga")
        await stage.advance(timedelta(hours=1, seconds=1))
        assert "The time is over" in story.alone("olga")


async def test_a_task_for_a_pod_is_claimed_by_one_of_them() -> None:
    """Everybody of the pod is asked, the first one has it, and the others see that."""
    story = TaskStory()
    story.in_pod("emea", "anna", "ben")
    async with story.stage as stage:
        await stage.says("olga", 'task add pod:emea "call the customer back"')
        assert "Olga asks emea: call the customer back" in story.alone("ben")
        refused = await stage.says("max", "task claim T-1")
        assert "I do not know you" in refused[0].body.plain
        await stage.says("anna", "task claim T-1")
        assert (await story.task()).assignee == "anna"
        assert "Anna, asked by Olga" in story.alone("ben")
        late = await stage.says("ben", "task claim T-1")
        assert "T-1 is taken already" in late[0].body.plain


async def test_nobody_outside_the_pod_claims() -> None:
    """Who is not of the pod is told who may."""
    story = TaskStory()
    story.in_pod("emea", "anna")
    async with story.stage as stage:
        await stage.says("olga", 'task add pod:emea "call the customer back"')
        refused = await stage.says("ben", "task claim T-1")
        assert "That is for" in refused[0].body.plain
        assert (await story.task()).assignee is None


async def test_somebody_is_nobody() -> None:
    """“Can someone …” is refused with what would work; nothing is stored."""
    story = TaskStory()
    async with story.stage as stage:
        for words in ("can someone look at the log", '"could somebody check"', "jemand sollte anrufen"):
            refused = await stage.says("olga", f"task add {words}")
            assert "A task needs somebody who does it" in refused[0].body.plain
            assert any(button.command.startswith("todo ") for button in refused[0].body.buttons)
        assert await story.count() == 0


async def test_a_todo_is_ones_own() -> None:
    """It is accepted as it is written, stands in `me`, and is finished by a bare word."""
    story = TaskStory()
    async with story.stage as stage:
        await stage.says("anna", "todo call the bank in=2h", direct=True, room="dm")
        assert (await story.task()).state is State.ACKED
        me = "\n".join(reply.text for reply in await stage.calls("anna", "me"))
        assert "T-1 Anna" in me
        assert "task done T-1" in me
        await stage.says("anna", "done", direct=True, room="dm")
        assert (await story.task()).state is State.DONE


async def test_a_bare_done_is_asked_about_when_several_things_wait() -> None:
    """With a task and a swarm of one's own, both are offered; in the swarm's room it is the swarm."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("olga", "todo call the bank")
        asked = await stage.says("olga", "done")
        assert {button.command for button in asked[0].body.buttons} == {"swarm done SW-1", "task done T-1"}
        form = await stage.says("olga", "done", room=room)
        assert "Finish SW-1" in form[0].body.plain


async def test_only_who_is_concerned_changes_a_task() -> None:
    """The assignee, the author, the swarm's owner and a pod lead may; others are refused, and only the assignee says yes."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("anna", 'task add @anna "read the refund log"', room=room)
        refused = await stage.says("ben", "task done T-1", room=room)
        assert "That is for" in refused[0].body.plain
        refused = await stage.says("olga", "task ack T-1", room=room)
        assert "who is to do it" in refused[0].body.plain
        await stage.says("olga", "task drop T-1 not needed any more", room=room)
        assert (await story.task()).state is State.DROPPED
        assert "Olga dropped T-1" in story.alone("anna")
        await stage.says("lea", "task reopen T-1")
        assert (await story.task()).live


async def test_who_is_not_in_the_swarm_gives_no_tasks_there() -> None:
    """The room is not enough: its members give tasks in it."""
    story = TaskStory()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        refused = await stage.says("ben", 'task add @olga "hurry"', room=story.swarm_room())
        assert "That is for" in refused[0].body.plain
        assert await story.count() == 0


async def test_a_follow_up_is_noted_on_the_ticket() -> None:
    """With `ticket`, the case hears that there is a task, and that it is done, once each."""
    story = TaskStory()
    async with story.stage as stage:
        room = await story.begin()
        await stage.says("olga", 'task add @anna "send the invoice again" in=2d ticket', room=room)
        await stage.says("anna", "task done", room=room)
        notes = await story.notes()
        assert sum("send the invoice again" in note for note in notes) == 2
        refused = await stage.says("olga", 'task add @anna "something else" ticket')
        assert "Only a task of a swarm" in refused[0].body.plain


async def test_a_private_swarm_keeps_its_tasks() -> None:
    """Who is not in it does not learn that there is a task."""
    story = TaskStory()
    async with story.stage as stage:
        await stage.says("olga", 'swarm open cases:1001 "refund loops" private')
        await stage.says("olga", "todo the secret thing", room=story.swarm_room())
        hidden = await stage.says("ben", "task show T-1")
        assert "There is no task T-1" in hidden[0].body.plain
        assert "There is no T-1" in "".join(reply.text for reply in await stage.calls("ben", "audit T-1"))
        assert "secret" not in story.read("general")


async def test_in_the_words_of_germany_and_the_netherlands() -> None:
    """Nouns, verbs and options have their words."""
    story = TaskStory()
    async with story.stage as stage:
        await stage.says("olga", 'aufgabe hinzufügen @anna "Protokoll lesen" in=10m')
        await stage.says("anna", "taak bevestigen T-1")
        assert (await story.task()).state is State.ACKED
        await stage.says("anna", "aufgabe erledigt T-1")
        assert (await story.task()).state is State.DONE


async def test_a_pod_is_one_whatever_it_is_called() -> None:
    """Offered to a pod by its name, a task waits for its people, and stands in the list of the pod by its id."""
    story = TaskStory()
    story.in_pod("emea", "anna")
    story.stage.directory.add_pod(Pod(id="emea", name="EMEA", members=("anna",)))
    async with story.stage as stage:
        await stage.says("olga", 'task add pod:EMEA "read the log"')
        assert (await story.task()).pod == "emea"
        assert "read the log" in (await stage.says("anna", "task mine", direct=True))[-1].body.plain
        for line in ("task list pod:emea", "task list pod:EMEA", "aufgaben pod:emea", "task list pod=EMEA"):
            assert "read the log" in (await stage.says("olga", line))[-1].body.plain, line
        assert "There is nobody in pod:apac." in (await stage.says("olga", "task list pod:apac"))[-1].body.plain
        refused = (await stage.says("olga", "task list skill:billing"))[-1].body.plain
        assert "Tasks are listed for a pod" in refused
