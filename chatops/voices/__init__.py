"""Voices: ideas for a pod, feedback about a product, a word of advice to one person alone."""
