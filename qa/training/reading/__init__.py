"""How the reading model was made: its samples, its training, its figures, its export."""
