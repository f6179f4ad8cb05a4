"""Chapters of the law, one file each, found by being in this folder.

A chapter declares, from top to bottom: its probes, the capabilities they show, and its judges, each
with the forgery it must catch. It knows neither levels nor sentences: the contract grades.
"""
