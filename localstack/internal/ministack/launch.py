"""MiniStack with Nagle's algorithm off: its answers to a Lambda are several small writes, and each would wait 40 ms."""

import http.server
import socketserver

socketserver.StreamRequestHandler.disable_nagle_algorithm = True
http.server.BaseHTTPRequestHandler.wbufsize = -1

from ministack.app import main  # noqa: E402  (the patches must come first)

main()
