"""Who asks and what they may: people, their keys, their grants."""
