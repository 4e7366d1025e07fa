"""The nouns and the closed vocabularies. Imports msgspec and the standard library only."""
