"""HTTP/1.1 as bytes: responses, heads, encodings, requests and URLs, with no socket in sight.

The way in is `response.ResponseParser`, which knows the whole of RFC 9112's response side: `feed` it bytes in any
pieces, tell it of the peer's close by `eof`, and read status, headers, body and `keep_alive`, or catch its
`ProtocolError`. The fast path is `fasthead.parse_head`; whatever it declines goes to the parser. Both read a head with
the same function, so they cannot disagree.
"""
