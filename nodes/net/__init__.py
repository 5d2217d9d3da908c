"""HTTP to URLs that others named: links of models and webhooks of users."""
