"""Prepares a server from the environment and becomes it: what the container images start.

python -m mail_admin.server dovecot|postfix DATA_FOLDER
"""

import sys
from pathlib import Path

from mail_admin.server.container import SettingMissing, become

if __name__ == "__main__":
    try:
        become(sys.argv[1], Path(sys.argv[2]))
    except SettingMissing as missing:
        sys.exit(str(missing))
