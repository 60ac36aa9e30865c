"""The composition roots: each builds the objects of one process and passes them on."""
