"""Makes a picture of ours from somebody else's, in a process that may die of it.

Run as a program with a path and the longest edge wanted: the JPEG goes to standard output. Only
pixels survive: no metadata, no profile, nothing after the end of the image. It imports nothing
of the product, so that it starts fast and knows no secret.
"""

import io
import resource
import sys

from PIL import Image, ImageOps

# What Pillow may take a file for; the others of its formats call programs or are curiosities.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")
MAX_PIXELS = 80_000_000
MEMORY_BYTES = 1024 * 1024 * 1024
CPU_S = 10


def limit_resources() -> None:
    """Bound memory, time and files of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def picture(path: str, edge: int) -> bytes:
    """Return the first image of a file as a JPEG with no edge longer than `edge` pixels.

    Raises
    ------
    ValueError
        When it has too many pixels.
    OSError
        When it cannot be read.
    """
    with Image.open(path, formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (edge, edge))
        image.thumbnail((edge, edge))
        turned = ImageOps.exif_transpose(image).convert("RGBA")
    paper = Image.new("RGB", turned.size, "white")
    paper.paste(turned, mask=turned.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, "JPEG", quality=85)
    return out.getvalue()


if __name__ == "__main__":
    limit_resources()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    sys.stdout.buffer.write(picture(sys.argv[1], int(sys.argv[2])))
