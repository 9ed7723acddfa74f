"""A human head as magnetic resonance shows it, slice by slice."""
