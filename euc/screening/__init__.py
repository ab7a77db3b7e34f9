"""Screening parties against loaded lists: spelling, comparing, reading list files, and the record of hits."""
