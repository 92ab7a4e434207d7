"""Services of excellence, their models and the gaps to them."""
