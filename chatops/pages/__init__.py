"""The browser's pages beside the console chat: swarms, cases, search, profiles. They show, and run the chat's commands."""
