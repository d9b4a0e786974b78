"""Configuration of the OpenLDAP server itself. Needs only the standard library and argon2, so that
the container image of the server carries nothing else of the product."""
