"""Make the weights by which a language is told, from the seeds: `python bench/teach_languages.py`."""

from pathlib import Path

from doorstep.conversations.understanding import languages
from doorstep.conversations.understanding.noise import copies
from doorstep.conversations.understanding.seeds import elsewhere, seeds


def main() -> None:
    """Write the table next to the module that reads it, and tell its size."""
    said = [(seed.text, seed.language) for seed in seeds()]
    said += [(copy.text, copy.language) for seed in seeds()[::2] for copy in copies(seed, 1)]
    said += [(other.text, other.language) for other in elsewhere()]
    table = languages.weights_of(said)
    place = Path(languages.__file__).with_name("languages.tsv")
    place.write_text(table, encoding="utf-8")
    print(f"{place.name}: {table.count(chr(10)):,} features of {len(said):,} texts")


if __name__ == "__main__":
    main()
