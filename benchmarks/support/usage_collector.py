"""The followers of the logs as the worker runs them, without the rest of the worker."""

import threading
from functools import partial

from entrypoints.settings import load_settings
from entrypoints.wiring import Services


def main() -> None:
    services = Services(load_settings())
    stop = threading.Event()
    threads = [
        threading.Thread(target=partial(collector.run_until, stop))
        for collector in services.usage_collectors()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:  # an interpreter that ends starts no more threads
        thread.join()


if __name__ == "__main__":
    main()
