"""The two small models that come with the arena, as data inside packages of the Python index."""
