"""Speak with Salesforce: the only package that sends HTTP requests; values in, values out."""
