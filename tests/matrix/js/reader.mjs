// Reads a room with matrix-js-sdk, and tells what it understood.
//
// The first line of standard input is an object {homeserver, user, token, room}. Each further line is an event id: when the
// SDK has that event, one line is written, an object {room, messages} as of then. The end of input ends the program.

import { createInterface } from "node:readline";

import { shim } from "./shim.mjs";

shim();
// Standard output is ours. The SDK narrates there, through whatever it finds in these when it is loaded.
for (const narrate of ["debug", "info", "log", "trace"]) console[narrate] = () => {};
const { ClientEvent, EventType, RelationType, SyncState, createClient } = await import("matrix-js-sdk");

const PATIENCE_MS = 15_000;
const PAUSE_MS = 20;

function tell(what) {
    process.stdout.write(`${JSON.stringify(what)}\n`);
}

async function until(what, check) {
    const deadline = Date.now() + PATIENCE_MS;
    while (!check()) {
        if (Date.now() > deadline) throw new Error(`in vain: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
}

function reactions(room, event) {
    const found = room.relations.getChildEventsForEvent(event.getId(), RelationType.Annotation, EventType.Reaction);
    // A reaction that was taken back leaves its key behind, with nobody.
    const byKey = (found?.getSortedAnnotationsByKey() ?? []).filter(([, events]) => events.size > 0);
    return Object.fromEntries(byKey.map(([key, events]) => [key, [...events].map((one) => one.getSender()).sort()]));
}

function message(client, room, event) {
    const content = event.getContent();
    const actions = client.getPushActionsForEvent(event);
    return {
        id: event.getId(),
        sender: event.getSender(),
        msgtype: content.msgtype ?? null,
        text: content.body ?? null,
        html: content.format === "org.matrix.custom.html" ? content.formatted_body : null,
        edited: event.replacingEventId() !== undefined,
        redacted: event.isRedacted(),
        thread: event.threadRootId ?? null,
        in_thread: event.threadRootId !== undefined && !event.isThreadRoot,
        starts_thread: event.isThreadRoot,
        reply_to: event.replyEventId ?? null,
        mentions: content["m.mentions"]?.user_ids ?? [],
        mentions_said: "m.mentions" in content,
        highlights_me: actions?.tweaks?.highlight === true,
        notifies_me: actions?.notify === true,
        reactions: reactions(room, event),
    };
}

function everything(room) {
    const main = room.getLiveTimeline().getEvents();
    const threads = room.getThreads().flatMap((thread) => thread.events);
    const byId = new Map([...main, ...threads].map((event) => [event.getId(), event]));
    return [...byId.values()].sort((one, other) => one.getTs() - other.getTs());
}

function snapshot(client, room) {
    const state = (type) => room.currentState.getStateEvents(type, "")?.getContent() ?? {};
    return {
        room: {
            name: room.name,
            topic: state(EventType.RoomTopic).topic ?? null,
            join_rule: room.getJoinRule(),
            version: room.getVersion(),
            pinned: state(EventType.RoomPinnedEvents).pinned ?? [],
            members: Object.fromEntries(
                room.currentState
                    .getStateEvents(EventType.RoomMember)
                    .map((event) => [event.getStateKey(), event.getContent().membership]),
            ),
            may_write: room.maySendMessage(),
        },
        // Clients hide an edit that belongs to a message they have: it is shown there.
        messages: everything(room)
            .filter((event) => event.getType() === EventType.RoomMessage && !event.isRelation(RelationType.Replace))
            .map((event) => message(client, room, event)),
    };
}

async function read(lines) {
    const { homeserver, user, token, room: roomId } = JSON.parse((await lines.next()).value);
    const client = createClient({ baseUrl: homeserver, userId: user, accessToken: token });
    client.on(ClientEvent.Sync, (state) => {
        if (state === SyncState.Error) throw new Error("the SDK cannot sync");
    });
    await client.startClient({ initialSyncLimit: 100, threadSupport: true, disablePresence: true });
    await until("the first sync", () => client.isInitialSyncComplete());
    if (client.getRoom(roomId)?.getMyMembership() !== "join") await client.joinRoom(roomId);
    await until(`room ${roomId}`, () => client.getRoom(roomId)?.getMyMembership() === "join");
    const room = client.getRoom(roomId);
    tell({ ready: true });
    for await (const line of lines) {
        await until(`event ${line}`, () => room.findEventById(line) !== undefined);
        await until("all of the threads", () => room.getThreads().every((thread) => thread.initialEventsFetched));
        tell(snapshot(client, room));
    }
    client.stopClient();
}

await read(createInterface({ input: process.stdin })[Symbol.asyncIterator]());
process.exit(0);
