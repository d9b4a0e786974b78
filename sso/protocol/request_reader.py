"""Where the parameters of an authorization request really are: in it, pushed before, or signed."""

from collections.abc import Callable
from datetime import datetime

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError

from kernel.database import Database
from sso.clients.registry import Client, Clients
from sso.protocol.authorization import Parameters
from sso.protocol.errors import InvalidRequestObject
from sso.protocol.pushed_requests import take
from sso.protocol.request_objects import RequestObjects


class RequestReader:
    def __init__(
        self, database: Database, clients: Callable[[], Clients], objects: RequestObjects
    ) -> None:
        self._database = database
        self._clients = clients
        self._objects = objects

    def read(self, parameters: Parameters, now: datetime) -> Parameters:
        """The parameters that count. Blocking. Raises OAuth2Error.

        Errors here go back to nobody: the redirect address is not known to be the client's.
        """
        reference, text = (parameters.single.get(name) for name in ("request_uri", "request"))
        if reference is not None and text is not None:
            raise InvalidRequestError("Only one of request and request_uri.")
        client = self._clients().find(parameters.single.get("client_id"))
        if client is None:
            raise InvalidClientError("There is no such client.", status_code=400)
        if reference is not None:
            return self._pushed(client, reference, now)
        if client.description.require_pushed_authorization_requests:
            raise InvalidRequestError("This client must push its requests first.")
        if text is not None:
            return self._signed(client, text, now)
        if client.description.require_signed_request_object:
            raise InvalidRequestObject("This client must sign its requests.")
        return parameters

    def _pushed(self, client: Client, reference: str, now: datetime) -> Parameters:
        with self._database.transaction() as session:
            return take(session, client, reference, now=now)

    def _signed(self, client: Client, text: str, now: datetime) -> Parameters:
        signed = self._objects.verify(client, text, now)
        with self._database.transaction() as session:
            return signed.use(session)
