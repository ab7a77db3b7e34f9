"""The other side, played for trials and tests: an exporter with every fault, through the product's own doors.

`courses` is what truly happened, `sendings` what is said of it and how wrongly, `doors` how it arrives, `worker` who
does the errands, `playing` the year, `judging` what is wrong afterwards. Never in production.
"""
