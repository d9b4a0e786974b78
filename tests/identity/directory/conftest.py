from tests.support.slapd import directory, ldap_server, slapd_of_this_process

__all__ = ["directory", "ldap_server", "slapd_of_this_process"]
