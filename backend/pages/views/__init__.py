"""View models of the templates: frozen, complete, built from the results of queries."""
