"""Links, hubs and layers."""
