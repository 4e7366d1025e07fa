"""The parts of `doorstep bench`: a load, a stage to run it on, measurements, baselines, a report."""
