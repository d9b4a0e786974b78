"""Where the parameters of an authorization request really are: in it, pushed before, or signed."""

from datetime import datetime

from sso.protocol.authorization import Parameters


class RequestReader:
    def read(self, parameters: Parameters, now: datetime) -> Parameters:
        """The parameters that count. Raises OAuth2Error."""
        del now
        return parameters
