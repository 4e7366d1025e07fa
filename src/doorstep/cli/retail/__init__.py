"""A retailer's store as one JSON file: read, brought in, played through the guards, written out again."""
