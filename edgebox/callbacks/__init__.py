"""Signed delivery of finished batches to the centre's system."""
