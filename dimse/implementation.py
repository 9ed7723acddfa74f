"""How this implementation names itself on the wire (PS3.7 D.3.3.2)."""

from typing import Final

# A UUID of our own under 2.25 (PS3.5 B.2); it stands for the product, in every version.
IMPLEMENTATION_CLASS_UID: Final = "2.25.312296276365346902952372661979567315867"
IMPLEMENTATION_VERSION: Final = "NOCTIS_0_1"  # 16 characters at most
