"""A seed and a clock → a shop whose parcels live their lives in minutes, told in real vendors' formats."""
