"""Tandem keeps a Sage Pro ERP company and a Clarity eCommerce store in step."""

__version__ = "0.1.0"
