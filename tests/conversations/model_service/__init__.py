"""Tests of services with OpenAI's protocol."""
