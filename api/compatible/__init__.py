"""The pipeline behind OpenAI's Chat Completions API, for clients that speak nothing else."""
