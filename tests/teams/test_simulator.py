"""The simulated connector is as strict, and as unreliable, as the real one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import aiohttp
import jwt
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from teams_bot import PlainBot
from teams_faults import Fault
from teams_issuer import CONNECTOR
from teams_simulator import TeamsSimulator
from teams_world import Conversation, User

TEXT = {"type": "message", "text": "hello"}


@pytest.fixture
def ann(simulator: TeamsSimulator) -> User:
    """Somebody."""
    return simulator.world.user("Ann Keller", locale="de-DE", zone="Europe/Berlin")


@pytest.fixture
def chat(simulator: TeamsSimulator, ann: User) -> Conversation:
    """A group chat with her and the bot in it."""
    made = simulator.world.group_chat([ann], topic="A chat")
    made.apps.add(simulator.bot.app_id)
    return made


def certificate() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A key and its certificate."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chatops")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=3650))
    )
    return key, built.sign(key, hashes.SHA256())


async def test_what_people_say_is_signed(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """With a key that the metadata leads to, for this bot and this address."""
    await simulator.people.say(ann, chat, "hello")
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{simulator.url}/v1/.well-known/openidconfiguration") as response:
            metadata = await response.json()
        async with http.get(metadata["jwks_uri"]) as response:
            [key] = (await response.json())["keys"]
    token = plain_bot.tokens[0].removeprefix("Bearer ")
    claims = jwt.decode(
        token, jwt.PyJWK(key).key, algorithms=["RS256"], audience=simulator.bot.app_id, issuer=metadata["issuer"]
    )
    assert claims["serviceurl"] == plain_bot.heard[0]["serviceUrl"] == simulator.service_url
    assert "msteams" in key["endorsements"]


async def test_after_rotation_another_key_signs(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """And both are published."""
    await simulator.people.say(ann, chat, "before")
    simulator.issuer.rotate()
    await simulator.people.say(ann, chat, "after")
    kids = [jwt.get_unverified_header(token.removeprefix("Bearer "))["kid"] for token in plain_bot.tokens]
    assert kids == [key.kid for key in simulator.issuer.published]


async def test_a_message_looks_like_one_of_teams(simulator: TeamsSimulator, plain_bot: PlainBot, ann: User) -> None:
    """In a channel it names its thread, mentions are marked, and the client tells language and zone."""
    team = simulator.world.team("Incidents", [ann])
    team.apps.add(simulator.bot.app_id)
    channel = simulator.world.channel(team, "checkout")
    post = await simulator.people.say(ann, channel, "help <me>", mentions=[simulator.bot])
    [heard] = plain_bot.heard
    assert heard["id"] == post.id
    assert heard["text"] == "<at>chatops</at> help <me>"
    assert heard["conversation"] == {
        "id": f"{channel.id};messageid={post.id}",
        "conversationType": "channel",
        "tenantId": simulator.world.tenant,
        "isGroup": True,
    }
    assert heard["from"] == {"id": ann.id, "name": "Ann Keller", "aadObjectId": ann.object_id}
    assert heard["entities"][0]["mentioned"]["id"] == simulator.bot.id
    assert (heard["entities"][1]["locale"], heard["localTimezone"]) == ("de-DE", "Europe/Berlin")
    assert "&lt;me&gt;" in heard["attachments"][0]["content"]
    assert heard["channelData"]["team"] == {"id": team.id}


async def test_without_consent_only_mentions_are_heard(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """In a personal chat everything is."""
    chat.hears_all = False
    await simulator.people.say(ann, chat, "hello")
    await simulator.people.say(ann, chat, "hello", mentions=[simulator.bot])
    personal = simulator.world.personal(ann, simulator.bot)
    await simulator.people.install(personal, ann)
    await simulator.people.say(ann, personal, "me")
    texts = [one["text"] for one in plain_bot.heard if one["type"] == "message"]
    assert texts == ["<at>chatops</at> hello", "me"]


async def test_what_was_not_taken_is_brought_again(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """The same activity with the same id, until it is taken or the attempts are used up."""
    plain_bot.answer = lambda _activity: web.Response(status=503)
    await simulator.people.say(ann, chat, "one")
    assert await simulator.redeliver() == 1
    plain_bot.answer = lambda _activity: web.Response(status=200)
    assert await simulator.redeliver() == 1
    assert await simulator.redeliver() == 0
    assert plain_bot.heard[0] == plain_bot.heard[1] == plain_bot.heard[2]
    assert simulator.deliveries.log[0].statuses == [503, 503, 200]


async def test_attempts_end(simulator: TeamsSimulator, chat: Conversation, ann: User) -> None:
    """Where nothing answers, too."""
    await simulator.people.say(ann, chat, "one")
    while await simulator.redeliver():
        pass
    assert simulator.deliveries.log[0].statuses == [0] * simulator.deliveries.attempts


async def test_it_brings_again_by_itself(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """When a pause is set."""
    simulator.deliveries.pause = 0.01
    plain_bot.answer = lambda _activity: web.Response(status=200 if len(plain_bot.heard) == 3 else 500)
    await simulator.people.say(ann, chat, "one")
    await simulator.deliveries.settled()
    assert simulator.deliveries.log[0].statuses == [500, 500, 200]


async def test_a_stranger_has_no_token(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """What they bring looks the same otherwise, and is brought once."""
    plain_bot.answer = lambda _activity: web.Response(status=401)
    await simulator.people.say(ann, chat, "hello")
    activity = simulator.deliveries.log[0].activity
    await simulator.deliveries.forge(activity)
    delivery = await simulator.deliveries.forge(activity, token="made.up.token")
    assert plain_bot.tokens[1:] == ["", "Bearer made.up.token"]
    assert plain_bot.heard[0] == plain_bot.heard[1] == plain_bot.heard[2]
    assert delivery not in simulator.deliveries.waiting()


async def test_ids_grow(simulator: TeamsSimulator, chat: Conversation, ann: User) -> None:
    """They are milliseconds since 1970, never the same twice."""
    ids = [(await simulator.people.say(ann, chat, "x")).id for _n in range(20)]
    assert ids == sorted(set(ids))
    assert all(len(id) == 13 for id in ids)


async def test_nobody_speaks_without_a_token(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation
) -> None:
    """Neither with one for something else, nor with one that has expired."""
    _status, graph = await plain_bot.token(f"{simulator.url}/graph/.default")
    simulator.issuer.token_life = -1
    _status, late = await plain_bot.token()
    for token in ("made up", graph["access_token"], late["access_token"]):
        status, _answer = await plain_bot.call("POST", f"/v3/conversations/{chat.id}/activities", TEXT, token=token)
        assert status == 401
    status, _answer = await plain_bot.call("GET", "/graph/v1.0/chats", token=late["access_token"])
    assert status == 401
    assert chat.posts == {}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody"}, "unauthorized_client"),
        ({"scope": "https://elsewhere.example/.default"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion": "x.y.z"}, "invalid_client"),
    ],
)
async def test_tokens_are_for_the_bot_only(plain_bot: PlainBot, form: dict[str, str], error: str) -> None:
    """Whoever cannot show its secret gets none."""
    status, answer = await plain_bot.token(form.pop("scope", CONNECTOR), **form)
    assert (status >= 400, answer["error"]) == (True, error)


async def test_a_certificate_serves_in_place_of_the_secret(simulator: TeamsSimulator, plain_bot: PlainBot) -> None:
    """Each assertion once; only for this endpoint, and only signed by the key of the certificate the app has."""
    key, own = certificate()
    other, _certificate = certificate()
    simulator.bot.certificate = own.public_bytes(serialization.Encoding.PEM).decode()
    simulator.bot.secret = ""
    url = f"{simulator.url}/login/{simulator.world.tenant}/oauth2/v2.0/token"
    thumbprint = base64.urlsafe_b64encode(own.fingerprint(hashes.SHA256())).rstrip(b"=").decode()

    def signed(by: rsa.RSAPrivateKey, audience: str, jti: str) -> dict[str, str]:
        app = simulator.bot.app_id
        claims = {"aud": audience, "iss": app, "sub": app, "jti": jti, "exp": int(simulator.world.now()) + 300}
        assertion = jwt.encode(claims, by, "PS256", headers={"x5t#S256": thumbprint})
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return {"client_assertion_type": kind, "client_assertion": assertion}

    assert (await plain_bot.token(**signed(key, url, "1")))[0] == 200
    for refused in (signed(key, url, "1"), signed(key, f"{url}/x", "2"), signed(other, url, "3")):
        assert (await plain_bot.token(**refused))[0] == 401


async def test_the_bot_speaks_edits_and_deletes(plain_bot: PlainBot, chat: Conversation) -> None:
    """What stands there is what was sent last."""
    status, answer = await plain_bot.send(chat.id, TEXT)
    assert status == 201
    path = f"/v3/conversations/{chat.id}/activities/{answer['id']}"
    assert (await plain_bot.call("PUT", path, TEXT | {"text": "again"}))[0] == 200
    assert [post.activity["text"] for post in chat.standing()] == ["again"]
    assert (await plain_bot.call("DELETE", path))[0] == 200
    assert chat.standing() == []
    assert (await plain_bot.call("PUT", path, TEXT))[1]["error"]["code"] == "ActivityNotFoundInConversation"


async def test_threads_are_begun_and_gone_on_with(simulator: TeamsSimulator, plain_bot: PlainBot, ann: User) -> None:
    """A thread's id is its first message's."""
    team = simulator.world.team("Incidents", [ann])
    team.apps.add(simulator.bot.app_id)
    body = {"isGroup": True, "channelData": {"channel": {"id": team.id}}, "activity": TEXT}
    _status, made = await plain_bot.call("POST", "/v3/conversations", body)
    assert made["id"] == f"{team.id};messageid={made['activityId']}"
    _status, reply = await plain_bot.send(made["id"], TEXT)
    assert team.channels[team.id].posts[reply["id"]].root == made["activityId"]


async def test_what_the_connector_refuses(simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation) -> None:
    """With the codes of the real one."""
    elsewhere = simulator.world.group_chat([])
    mention = {"type": "mention", "text": "<at>X</at>", "mentioned": {"id": simulator.bot.id, "name": "X"}}
    refused = [
        ("19:nowhere@thread.v2", TEXT, 404, "ConversationNotFound"),
        (elsewhere.id, TEXT, 403, "BotNotInConversationRoster"),
        (chat.id, {"type": "message"}, 400, "BadSyntax"),
        (chat.id, TEXT | {"entities": [mention]}, 400, "BadArgument"),
        (chat.id, TEXT | {"text": "x" * 60_000}, 413, "MessageSizeTooBig"),
    ]
    for conversation, activity, status, code in refused:
        found, answer = await plain_bot.send(conversation, activity)
        assert (found, answer["error"]["code"]) == (status, code)
    assert chat.posts == {}


async def test_a_personal_chat_needs_the_app(simulator: TeamsSimulator, plain_bot: PlainBot, ann: User) -> None:
    """Without it nobody is spoken to; with it there is one chat."""
    body = {"isGroup": False, "members": [{"id": ann.id}], "channelData": {"tenant": {"id": simulator.world.tenant}}}
    assert (await plain_bot.call("POST", "/v3/conversations", body))[0] == 403
    await simulator.people.install(simulator.world.personal(ann, simulator.bot), ann)
    first = await plain_bot.call("POST", "/v3/conversations", body)
    assert first == await plain_bot.call("POST", "/v3/conversations", body)
    assert plain_bot.heard[-1]["conversation"]["id"] == first[1]["id"]


async def test_members_come_in_pages(simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation) -> None:
    """Until there is no token to go on with."""
    chat.people += [simulator.world.user(f"Clerk {n}") for n in range(4)]
    path = f"/v3/conversations/{chat.id}/pagedmembers?pageSize=2"
    token, found = "0", []
    while token:
        _status, page = await plain_bot.call("GET", f"{path}&continuationToken={token}")
        found += [one["aadObjectId"] for one in page["members"]]
        token = page.get("continuationToken", "")
    assert found == [user.object_id for user in chat.people]


async def test_a_connection_broken_before_had_no_effect(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation
) -> None:
    """And the next request is answered."""
    simulator.faults.add(Fault(method="POST", path="/activities", reset="before"))
    with pytest.raises(aiohttp.ClientError):
        await plain_bot.send(chat.id, TEXT)
    assert chat.posts == {}
    assert (await plain_bot.send(chat.id, TEXT))[0] == 201


async def test_a_connection_broken_after_had_its_effect(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation
) -> None:
    """The bot cannot know."""
    simulator.faults.add(Fault(method="POST", path="/activities", reset="after"))
    with pytest.raises(aiohttp.ClientError):
        await plain_bot.send(chat.id, TEXT)
    assert [post.activity["text"] for post in chat.standing()] == ["hello"]
    assert simulator.calls[-1].status == 0


async def test_a_fault_hits_whom_it_is_meant_for(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation
) -> None:
    """By the words in the body, after so many, so many times."""
    simulator.faults.add(Fault(body="secret word", status=429, retry_after=7, after=1, times=2))
    told = [await plain_bot.send(chat.id, TEXT | {"text": text}) for text in ["x", *["secret word"] * 4]]
    assert [status for status, _answer in told] == [201, 201, 429, 429, 201]
    assert told[2][1]["Retry-After"] == "7"


async def test_the_documented_limits_hold_when_switched_on(plain_bot: PlainBot, chat: Conversation) -> None:
    """Seven messages in a second, the eighth is told to wait."""
    simulator = plain_bot.simulator
    simulator.limits.on = True
    told = [await plain_bot.send(chat.id, TEXT) for _n in range(8)]
    assert [status for status, _answer in told] == [201] * 7 + [429]
    assert told[7][1]["Retry-After"] == "1"
    assert len(chat.posts) == 7
