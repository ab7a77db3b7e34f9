"""The engine under every life cycle: the law of steps, history, and work owed. It knows no certificate."""
