"""Generative models: which one is used, how it is asked, and what its text is read as.

Behind it all stands LlamaIndex's `LLM`, so any of its models can be handed in. For Ollama and for
OpenAI-compatible servers there are two of our own, because they can be cut off at any moment,
wait for each thing as long as it deserves, and say what went wrong and what to do.
"""
