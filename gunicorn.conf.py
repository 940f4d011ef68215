"""How gunicorn serves the app; read from the folder it starts in, so every deployment agrees.

The app is loaded once and the workers are forked from it: nothing in it connects before its first
request. So a wrong setting ends gunicorn at once, with its one sentence and exit code 2.
"""

import gc

worker_class = "webapp.web.lingering_worker.LingeringWorker"
workers = 2
threads = 8
preload_app = True
# A thread that polls may finish its answer; nothing here takes longer.
graceful_timeout = 5
loglevel = "warning"
control_socket_disable = True


def pre_fork(_server: object, _worker: object) -> None:
    """What is loaded by now stays: Python's collector leaves it alone from here on.

    It would look at all of it now and then, for up to a tenth of a second during somebody's
    request, and its notes would take the memory apart that the workers share.
    """
    gc.collect()
    gc.freeze()
