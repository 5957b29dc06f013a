"""Every command of the command line, for the tests of the door and of its page."""

import typer

from tasvir.cli import door


def commands(group=None, words=()):
    """(words, command) of every command there is."""
    group = typer.main.get_command(door.app) if group is None else group
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "commands"):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


COMMANDS = dict(commands())
