"""Requests on their way: in whose name they are asked, what they cost, and with which manners."""
