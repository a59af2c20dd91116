"""Which message somebody answers by quoting it, where it is told beside the text.

Newer messages carry an entity `quotedReply` and a placeholder in the text (teams.py
`api/models/entity/quoted_reply_entity.py`); what comes by Graph has an attachment `messageReference` whose content is JSON
(Microsoft Graph, "chatMessageAttachment"). Older ones say it in their HTML (`pieces`).
"""

from __future__ import annotations

import msgspec

from teams_network.activity import Activity


class _Quoted(msgspec.Struct, rename="camel"):
    message_id: str = ""


def quoted(activity: Activity) -> str | None:
    """Return the id of the first message that is quoted, as it was told, or None."""
    for entity in activity.entities or ():
        if entity.type == "quotedReply":
            found = _in(entity.quoted_reply)
            if found:
                return found
    for attachment in activity.attachments or ():
        if attachment.content_type == "messageReference":
            found = _in(attachment.content)
            if found:
                return found
    return None


def _in(content: object) -> str:
    try:
        if isinstance(content, str):
            return msgspec.json.decode(content.encode(errors="replace"), type=_Quoted).message_id
        return msgspec.convert(content, _Quoted).message_id
    except msgspec.MsgspecError:
        return ""
