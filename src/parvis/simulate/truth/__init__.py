"""The truth: what no silo tells, written beside them and never read by the product."""

from parvis.simulate.truth.blocks import BlockTruth, write_block_truth
from parvis.simulate.truth.whole import write_truth

__all__ = ["BlockTruth", "write_block_truth", "write_truth"]
