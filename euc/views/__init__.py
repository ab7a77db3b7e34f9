"""Doors in HTML: load what the actor may see, one call, respond."""
