"""dunnhumby's Complete Journey: a year of real purchases, campaigns and coupons."""

from parvis.connect.completejourney.api import import_completejourney

__all__ = ["import_completejourney"]
