"""Settings module for the type checker's Django plugin; nothing else reads it."""

from amparo.store.settings import make_settings

globals().update(make_settings())
