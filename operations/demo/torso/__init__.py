"""A human trunk as attenuation (HU) and tracer uptake (SUV), slice by slice."""
