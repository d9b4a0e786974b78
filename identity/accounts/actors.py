"""People acting for themselves."""

from identity.accounts.models import Account
from identity.accounts.queries import AccountForSignIn
from kernel.access import Actor, ActorKind


def account_actor(account: Account | AccountForSignIn) -> Actor:
    """The account itself as actor: it may do what concerns itself, nothing else."""
    return Actor(ActorKind.ACCOUNT, account.login, frozenset(), account.id)
