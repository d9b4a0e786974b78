"""The one-machine default without our own programs: `python -m` this module, on CONGVU_HOME."""

import sys

from entrypoints.embedded.__main__ import main, start_servers

if __name__ == "__main__":
    sys.exit(main(start_servers))
