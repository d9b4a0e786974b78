"""The followers of the logs as the worker runs them, without the rest of the worker."""

import threading
from functools import partial

from entrypoints.settings import load_settings
from entrypoints.wiring import Services


def main() -> None:
    services = Services(load_settings())
    stop = threading.Event()
    for collector in services.usage_collectors():
        threading.Thread(target=partial(collector.run_until, stop)).start()


if __name__ == "__main__":
    main()
