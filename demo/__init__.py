"""The whole product on one machine, for trying it out: `python -m demo`.

It starts programs and knows them only by their command lines and environment; it imports nothing
of webapp, jobs or emulator. What it starts it also stops: no process of it outlives it.
"""
