"""C-STORE sub-operations of C-MOVE and C-GET: which instances, on which context, as which bytes.

References: PS3.4 C.4.2.2.2 and C.4.3.2.2 (sub-operations), PS3.7 9.3.1 (C-STORE).
"""
