"""What machines ask a running process: figures for Prometheus, whether it lives and is ready.

Served apart from the pages, on the address ``DUBAN_MONITOR``: by web and by worker alike.

``figures``  the recorder that services count through, and what is read from the database when asked
``pages``    ``/metrics``, ``/healthz``, ``/readyz``
``server``   the small server in a thread of its own
"""
