"""Every door of a served installation, tried by people of generated roles against the oracle of rights."""
