"""How fast the product is, beside its limits and beside a plain pipeline, all in one run."""
