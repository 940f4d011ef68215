"""The tests, as a package so that they share their cast and fixtures. Run them: `make test`."""
