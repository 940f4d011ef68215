"""Product rules, pure: values in, values out. No clock, no database, no framework."""
