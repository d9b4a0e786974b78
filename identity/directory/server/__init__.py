"""Configuration of the OpenLDAP server itself.

Needs only the standard library and argon2 (certificates.py aside), so that the container image of
the server carries nothing else of the product.
"""
