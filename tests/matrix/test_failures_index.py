"""What can fail between us and a homeserver, and the tests that show what comes of it. This list is checked.

Encryption, standby servers and application services are not here: the plugin has none of them yet.

| what fails | what comes of it | shown by |
| --- | --- | --- |
| token revoked | two requests in five seconds at most, told to the admins, goes on after a login | test_session::test_a_revoked_token_is_not_used_again, test_failures_login::test_a_revoked_token_alarms_and_nothing_is_lost, test_cut_off::test_revoked_told_and_brought_back |
| soft logout | the token is refreshed on the same device, nothing lost or doubled | test_session::test_nothing_is_lost_over_a_soft_logout, test_failures_login::test_over_several_lives_of_the_token_every_command_is_answered_once |
| restarts under login limits | no login at start | test_session::test_twenty_starts_log_in_never, test_failures_login::test_twenty_restarts_log_in_never_and_lose_nothing |
| homeserver restarted, killed, down for three seconds | listens in under three seconds, nothing lost or doubled | test_failures_outages::test_a_homeserver_that_was_down, test_failures_outages::test_a_homeserver_that_is_not_there_yet, test_rooms::test_a_homeserver_that_dies_over_it_leaves_one_room, engine/test_silence::test_what_waits_is_late_by_half_the_outage_at_most |
| homeserver hangs | noticed within five seconds of waking; dead connections are given up | test_sync::test_a_hung_server_is_noticed_when_it_wakes, faults/test_matrix_failures::test_a_homeserver_that_hangs_for_forty_seconds, faults/test_matrix_failures::test_a_question_that_is_never_answered_is_given_up |
| rate limits | waited for as told, in order, no other room waits | test_failures_limits::test_synapses_own_limits_are_kept_to, test_failures_limits::test_a_limit_in_one_room_holds_up_no_other, test_failures_limits::test_a_limited_sync_waits_as_long_as_it_is_told, test_following::test_rate_limits_hold_up_neither_the_move_nor_the_rest, faults/test_matrix_failures::test_synapses_limits_as_they_come |
| server errors, answers that are no JSON | fewer than ten requests in five seconds | test_failures_outages::test_a_homeserver_that_talks_nonsense_is_not_hammered |
| 500 or no answer to what we say | tried again, said once | test_failures_outages::test_an_answer_that_is_refused_or_lost_stands_there_once, test_sending::TestPosts::test_an_answer_that_was_lost_is_not_said_twice, faults/test_matrix_failures::test_a_homeserver_whose_database_is_locked |
| gaps | all in order, once | test_gaps::test_a_gap_of_250_messages_is_filled, test_gaps::test_small_timelines_lose_nothing |
| our own crashes | exactly once | test_kills::*, test_resumed::*, faults/test_matrix_kills::*, promises/test_kills::test_thirteen_kills, test_sync::test_a_restart_goes_on_where_it_stopped |
| our own store unavailable | the same is handed over again | test_sync::test_what_the_store_refuses_comes_again_unchanged, test_failures_outages::test_a_database_of_ours_that_does_not_answer |
| first sync repeated within two minutes | nothing old runs | test_sync::test_a_repeated_first_start_executes_nothing_old, test_failures_commands::test_a_first_start_again_within_two_minutes_runs_nothing_old |
| first start in an old room | nothing old runs | test_sync::test_a_first_start_executes_nothing_old, test_failures_commands::test_a_first_start_runs_nothing_old |
| long absence | late commands are offered, not run | test_failures_outages::test_a_command_from_before_a_long_absence_is_offered |
| kicked, banned, left | told to the owner, once; who comes back goes on | test_following::test_being_put_out_is_told, test_following::test_leaving_by_ourselves_is_no_news, stories/test_rooms::test_a_swarm_put_out_of_its_room_goes_on_and_comes_back |
| room upgraded | followed, with its members and its posts | test_following::test_an_upgraded_room_is_followed, test_following::test_a_move_outlives_a_restart, engine/test_moved_rooms::test_the_logical_room_follows, stories/test_rooms::test_a_renewed_room_has_the_card_again |
| invitations of friends and strangers, restricted rooms, knocks, direct chats | by policy | test_invitations::test_people_of_the_directory_are_welcome, test_invitations::test_strangers_are_declined, test_invitations::test_a_direct_chat_speaks_to_us, test_invitations::test_whoever_is_in_the_room_is_heard_to_come_and_go, test_rooms::TestSpace::test_members_of_the_space_walk_in_and_others_knock |
| room versions 11 and 12 | rights and creators as in each | test_rooms::TestOpening::test_we_have_the_power_in_our_rooms, test_power::* |
| edits, deletions, reactions taken back | never run; deleted in time, a command does not | test_failures_commands::test_edits_never_run_and_what_is_deleted_in_time_does_not, test_failures_commands::test_a_click_that_is_taken_back_at_once_does_it_once_at_most, test_ingest_live::test_an_edit_never_comes_as_a_new_message, test_ingest_live::test_a_deletion_names_the_message |
| two people click at once, the same reaction twice | one effect | test_failures_commands::test_two_people_who_click_at_once_do_it_once, test_sending::TestReactionsAndPins::test_a_reaction_put_twice_stands_once |
| 70 kB to say | begins in the room, all of it as a file | test_failures_limits::test_seventy_kilobytes_are_said, test_sending::TestSize::test_what_is_too_long_is_attached, test_sending::TestSize::test_a_homeserver_that_takes_less_gets_less |
"""  # noqa: E501 - a table

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def rows() -> dict[str, list[str]]:
    """Return the tests named for each failure."""
    assert __doc__ is not None
    lines = [line.strip("| ").split(" | ") for line in __doc__.splitlines() if line.startswith("| ")]
    return {what: shown.split(", ") for what, _comes, shown in lines[2:]}


@pytest.mark.parametrize(("what", "named"), rows().items(), ids=list(rows()))
def test_every_failure_is_shown_by_tests_that_exist(what: str, named: list[str]) -> None:
    """In the file named; `*` stands for all of a file."""
    assert named, what
    for name in named:
        file, _colons, test = name.partition("::")
        path = TESTS / ("" if "/" in file else "matrix") / f"{file}.py"
        there = set(proofs_in(path)) if path.exists() else set()
        assert test in there or (test == "*" and there), name


def proofs_in(path: Path) -> Iterator[str]:
    """Find the tests of a file: functions, and methods of classes."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}::{name}" for name in _functions(node.body))
    yield from _functions(ast.parse(path.read_text(encoding="utf-8")).body)


def _functions(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield node.name
