"""A To-Do list on one page."""
