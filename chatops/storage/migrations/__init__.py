"""Forward only. Each is written by `tortoise makemigrations`, then read by a person; see `chatops.storage.schema`."""
