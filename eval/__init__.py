"""Gold sets, metrics and the gate that says whether answers are still right and still cited."""
