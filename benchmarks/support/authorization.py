import base64


def basic(name: str, secret: str) -> str:
    """The value of the header for client_secret_basic (RFC 6749 section 2.3.1)."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
