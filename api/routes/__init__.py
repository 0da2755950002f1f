"""The routes of the REST service, one module for each thing they are about."""
