"""Probes of the chapters that hold too many to stand beside their judges. Judge nothing."""
