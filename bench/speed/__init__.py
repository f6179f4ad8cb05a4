"""The mock's speed against other servers in one run: who serves, who loads, who counts."""
