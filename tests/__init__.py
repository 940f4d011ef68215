"""The tests, as a package so that they can share their cast and fixtures. Run them with `make test`."""
