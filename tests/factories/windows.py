"""A reader's window: what the editor sends to the API of reports, without the editor."""

from itertools import count
from typing import Any

from django.test import Client

from archive.models import Study

PASSWORD = "correct horse battery"
_numbers = count(1)


class Window:
    """An editor that one user has open on one study: it remembers token and version."""

    def __init__(self, user: Any, study: Study) -> None:
        self.user, self.study = user, study
        self.client = Client()
        self.client.force_login(user)
        self.holder = f"window-{next(_numbers)}"
        self.token = self.version = 0
        self.content: Any = None

    def send(self, method: str, path: str, **body: Any) -> Any:
        """Send a request about the study and return the response."""
        address = f"/api/reports/{self.study.study_instance_uid}/{path}"
        if method == "GET":
            return self.client.get(address)
        return self.client.generic(method, address, _json(body), content_type="application/json")

    def get(self, path: str = "") -> Any:
        """Return what a GET is answered with."""
        response = self.send("GET", path)
        assert response.status_code == 200, response.content
        return response.json()

    def hold(self, **body: Any) -> dict[str, Any]:
        """Return what every writing request shows."""
        return {"holder": self.holder, "token": self.token, **body}

    def take(self, *, takeover: bool = False) -> Any:
        """Ask for the lease."""
        response = self.send("POST", "lease/", holder=self.holder, takeover=takeover)
        if response.status_code == 200:
            answer = response.json()
            self.token, self.version = answer["token"], answer["draft_version"]
            self.content = answer["draft"]
        return response

    def start(self, kind: str = "report", **body: Any) -> Any:
        """Begin to write."""
        response = self.send("POST", "start/", **self.hold(kind=kind, **body))
        if response.status_code == 200:
            answer = response.json()
            self.version, self.content = answer["draft_version"], answer["draft"]
        return response

    def save(self, content: Any) -> Any:
        """Save the draft."""
        response = self.send("PUT", "draft/", **self.hold(version=self.version, content=content))
        if response.status_code == 200:
            self.version = response.json()["version"]
        return response

    def sign(self, kind: str = "final", **body: Any) -> Any:
        """Sign what is written."""
        sent = {"version": self.version, "kind": kind, "password": PASSWORD, **body}
        return self.send("POST", "sign/", **self.hold(**sent))

    def write_and_sign(self, content: Any, kind: str = "final", **body: Any) -> Any:
        """Take, start, save and sign; return the answer to the signature."""
        assert self.take().status_code == 200
        assert self.start().status_code == 200
        assert self.save(content).status_code == 200
        return self.sign(kind, **body)


def _json(body: dict[str, Any]) -> bytes:
    import orjson

    return orjson.dumps(body)
