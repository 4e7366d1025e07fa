"""The reference pages say what the code says."""

from pathlib import Path

import pytest
from prometheus_client import Metric

from doorstep.cli.reference import PAGES
from doorstep.insights import FIGURES
from doorstep.steps.sum_up import WEB, WORKER

_FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_each_page_is_what_the_code_says(name):
    assert (_FOLDER / name).read_text() == PAGES[name](), "run `make docs`"


def test_every_metric_stands_in_the_one_list_of_figures():
    told = {figure.name.removesuffix("_total") for figure in FIGURES}
    metrics: list[Metric] = [*WEB.collect(), *WORKER.collect()]
    assert {metric.name for metric in metrics} <= told
