"""A publisher in a box: releases of a folder served on loopback through the publishers' own interfaces, with faults."""
