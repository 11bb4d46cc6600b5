"""Name whoever asked for something on the command line."""

import getpass


def who_asks() -> str:
    """Return the operating system's user, marked as asking by a command."""
    try:
        return f"{getpass.getuser()} (command)"
    except (KeyError, OSError):
        return "command"  # a container's user may have no name
