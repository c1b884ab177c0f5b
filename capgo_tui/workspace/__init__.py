"""One app's state, without a screen: collections, views, joins, changes and their words."""
