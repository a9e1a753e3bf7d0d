"""Outgoing messages by steps: shortcuts compose, enqueue stores, dispatcher delivers, payloads freeze, outcomes end."""
