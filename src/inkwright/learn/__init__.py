"""The style network, the element classifiers and the Comic Book Loss: the only place with torch networks."""
