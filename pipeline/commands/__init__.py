"""The program `ncdof`, a module a verb or a family of them; what they do is in the hops below."""
