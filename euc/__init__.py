"""End-user certificates and undertakings: the law of their lives, their pages, their public verification."""
