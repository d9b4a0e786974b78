import click


@click.group()
def usage() -> None:
    """What mailboxes are used for, and how many of them are."""
