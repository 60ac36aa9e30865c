"""Numbers and passwords that no model may see, and no result may hold: found and masked."""
