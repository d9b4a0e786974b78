"""An application behind the server as settings configure it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from entrypoints.embedded.ports import LOOPBACK
from entrypoints.settings import WebSettings
from entrypoints.web import configured
from tests.support.installation import eventually
from tests.support.ports import free_port


@contextmanager
def serving_as_configured(app: ASGIApp, **settings: object) -> Iterator[str]:
    """Its address; `settings` are those of the section `web`."""
    port = free_port()
    web = WebSettings.model_validate({"host": LOOPBACK, "port": port, **settings})
    config = configured(lambda: app, web)
    config.lifespan = "off"
    served = uvicorn.Server(config)
    thread = threading.Thread(target=served.run)
    thread.start()
    try:
        eventually(lambda: served.started)
        yield f"http://{LOOPBACK}:{port}/"
    finally:
        served.should_exit = True
        thread.join()
