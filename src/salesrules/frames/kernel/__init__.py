"""The kernel in NumPy: a block of credits in, what each is paid out; in whole numbers, without a wrap."""

from salesrules.frames.kernel.block import Block, Unmet
from salesrules.frames.kernel.paying import Paid, pay_block
from salesrules.frames.kernel.whole import Flags, OutOfRange, Places, Runs, Whole

__all__ = ["Block", "Flags", "OutOfRange", "Paid", "Places", "Runs", "Unmet", "Whole", "pay_block"]
