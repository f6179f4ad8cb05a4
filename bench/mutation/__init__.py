"""Mutation: are the tests of the pure cores seen to say no? Run as `python -m bench.mutation`."""
