"""Documents made from templates: what they need, how they are rendered, numbered and kept."""
