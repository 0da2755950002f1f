"""The REST service and the chat page over the `qa` pipeline."""
