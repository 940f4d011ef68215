"""What Flask needs, once: session, sign-in, guards, headers, errors, forms. Each has `init_app`.

No product rule and no query on appointments here; routes and templates use these modules.
"""
