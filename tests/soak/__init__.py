"""A server under load for minutes or hours, with faults thrown in: `python -m tests.soak`."""
