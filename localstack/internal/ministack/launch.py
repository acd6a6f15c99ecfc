"""MiniStack as the local cloud needs it.

- Nagle's algorithm off: its answers to a Lambda are several small writes, and each would wait 40 ms.
- No pause between two looks at the queues: a message sent within 50 ms of the last batch's end would wait that long.
- What it holds is written to disk while it runs, not only when it is asked to end: on SIGUSR1 (after a deployment), and
  the tables once a minute, so that a crash loses a minute of projections and not all of them.
"""

import http.server
import logging
import signal
import socketserver
import threading
import time

socketserver.StreamRequestHandler.disable_nagle_algorithm = True
http.server.BaseHTTPRequestHandler.wbufsize = -1

from ministack import app  # noqa: E402  (the patches must come first)
from ministack.core import persistence  # noqa: E402
from ministack.services import lambda_svc  # noqa: E402

lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = 0

saving = threading.Lock()


def save(services):
    """Writes the state of some services; a later call may succeed where one fails because of a concurrent change."""
    with saving:
        everything = app._build_persistence_save_dict()
        persistence.save_all({name: state for name, state in everything.items() if services is None or name in services})


def save_everything(*_):
    threading.Thread(target=save, args=(None,), daemon=True).start()


def save_tables_every_minute():
    while True:
        time.sleep(60)
        try:
            save({"dynamodb", "sqs"})
        except Exception:
            logging.getLogger("launch").exception("the tables could not be saved")


if persistence.PERSIST_STATE:
    signal.signal(signal.SIGUSR1, save_everything)
    threading.Thread(target=save_tables_every_minute, daemon=True).start()

app.main()
