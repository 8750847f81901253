"""The definitions of a business system as frozen data, and the model they resolve into: no input, no output."""
