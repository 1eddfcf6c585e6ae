"""The shop half of the sandbox: a Clarity store as far as its public names and conventions are known."""

from tandem.sandbox.shop.refusal import ShopError
from tandem.sandbox.shop.shop import Shop

__all__ = ["Shop", "ShopError"]
