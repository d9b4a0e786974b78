import click


@click.group()
def usage() -> None:
    """What mailboxes are used for, how many of them are, and what follows from it."""
