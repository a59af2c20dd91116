"""Where everything durable lives. Rows never leave this package: what goes out are the values of `chatops.ports`."""
