"""mock_server: makes the contract true, or lies about it on purpose."""
