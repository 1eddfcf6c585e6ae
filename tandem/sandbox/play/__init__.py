"""The players: scripts of what people do in the shop, each the same again under the same seed.

A script is a list of products, a list of customers and a stream of documents. `day` invents a shop's day with every
ordinary and awkward kind of order, `retail` reads one out of a file of real sales.
"""
