"""HTTP/1.1 as bytes: responses, heads, encodings, requests and URLs, with no socket in sight.

The fast path is `fasthead.parse_head`; whatever it declines goes to `response.ResponseParser`, which knows the
whole of RFC 9112's response side. Both read a head with the same function, so they cannot disagree.
"""
