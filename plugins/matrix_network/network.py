"""Matrix as a chat network: puts the parts together behind `chatops.ports.chat.ChatNetwork`."""

from __future__ import annotations
