"""What one machine with two processors carries: the load targets of RELIABILITY.md 5, measured.

The product as it is deployed (gunicorn.conf.py, two sync workers, the clock process, Valkey) beside
the stand-in for Google. Who asks is a process of its own on the same machine. Rates are asked for
at a fixed beat, and a late answer counts from when it was due; then as fast as it goes, beside a
Flask view of one line under the same gunicorn.
"""
