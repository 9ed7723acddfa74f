"""Rendering query parameters of PS3.18 8.3.5."""

import pytest
from django.test import RequestFactory

from dicomweb.problems import DicomWebError
from dicomweb.render_parameters import RenderParameters, read_parameters


def read(**parameters: str) -> RenderParameters:
    return read_parameters(RequestFactory().get("/", parameters), "image/png", (10, 20))


def test_defaults() -> None:
    assert read() == RenderParameters("image/png", (10, 20))


@pytest.mark.parametrize(
    ("text", "box", "region"),
    [
        ("100,50", (100, 50), None),
        ("100,50,1,2,3,4", (100, 50), (1, 2, 3, 4)),
        ("100,50,,,3.5,-4", (100, 50), (0, 0, 3.5, -4)),
        ("100,50,,,,", (100, 50), None),
        ("100,50,7,8,,", (100, 50), (7, 8, 2**31, 2**31)),
    ],
)
def test_viewport(
    text: str, box: tuple[int, int], region: tuple[float, float, float, float] | None
) -> None:
    found = read(viewport=text)
    assert (found.box, found.region) == (box, region)


@pytest.mark.parametrize(
    ("text", "window", "function"),
    [
        ("40,400", (40, 400), "LINEAR"),
        ("-600.5,1500,linear", (-600.5, 1500), "LINEAR"),
        ("0,0.5,linear-exact", (0, 0.5), "LINEAR_EXACT"),
        ("1e3,2,SIGMOID", (1000, 2), "SIGMOID"),
    ],
)
def test_window(text: str, window: tuple[float, float], function: str) -> None:
    found = read(window=text)
    assert (found.window, found.function) == (window, function)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("viewport", "1"),
        ("viewport", "1,2,3"),
        ("viewport", "0,10"),
        ("viewport", "10,100000"),
        ("viewport", "nan,10"),
        ("viewport", "10,10,-1,0,5,5"),
        ("viewport", "10,10,0,0,0,5"),
        ("viewport", "a,b"),
        ("window", "1"),
        ("window", "1,0"),
        ("window", "1,-5,sigmoid"),
        ("window", "1,inf"),
        ("window", "1,1e400"),
        ("window", "1,2,cubic"),
        ("quality", "0"),
        ("quality", "101"),
        ("quality", "-1"),
        ("quality", "9" * 5000),
        ("quality", "high"),
    ],
)
def test_nonsense_is_refused(name: str, text: str) -> None:
    with pytest.raises(DicomWebError) as caught:
        read(**{name: text})
    assert caught.value.status == 400
