"""`noctis test`: sets up and runs every check and test of a checkout."""
