"""The service as its processes, started on this machine as containers or systemd would start them."""
