"""Indian eSign, seen from an application service provider (ASP): what is asked of an eSign service provider (ESP).

Only a hash leaves the house; no Aadhaar number is asked for, seen or kept. What is simulated stands in `simulated`.
"""
