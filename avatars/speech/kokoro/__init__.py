"""Kokoro-82M, the built-in voice: Mandarin and English on the CPU, with the time of every phoneme."""

from avatars.speech.kokoro.engine import Kokoro

__all__ = ["Kokoro"]
