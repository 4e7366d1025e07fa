"""The faults' tests run installations as the path's tests do, and break them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "path"))
