"""The tests of qa, api and eval."""
