"""The shop's front: the public order form, the admin's dashboard, and the API behind both."""
