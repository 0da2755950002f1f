"""Scripts that make the weights which the package ships; never imported at run time."""
