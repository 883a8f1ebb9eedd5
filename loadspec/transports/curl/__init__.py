"""The `curl` transport: HTTP/1.1, HTTP/2 and HTTP/3 by libcurl (extra `http2`), on gevent's loop."""
