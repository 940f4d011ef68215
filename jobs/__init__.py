"""The doors of the workers: an id in, one service call, nothing else.

A job may run twice or never; the rows say what is wanted, so neither does harm. `limiter.py` is
what all workers share besides: Google's quota, counted in Redis.
"""
