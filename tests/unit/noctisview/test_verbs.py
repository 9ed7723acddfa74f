"""The verbs that need Django: what they do with the caller's mistakes and with Ctrl-C."""

from noctisview import accounts, demo, verbs


def said_by(capsys, monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["noctis", *words])
    try:
        code = verbs.main()
    except SystemExit as ended:
        code = ended.code
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_an_interrupted_demo_ends_in_one_line(capsys, monkeypatch):
    def interrupted(note, modalities):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "generate", interrupted)
    code, _, errors = said_by(capsys, monkeypatch, "demo")
    assert code == 130
    assert errors.splitlines()[-1] == "noctis: stopped by Ctrl-C."


def test_a_mistake_is_one_line(capsys, monkeypatch):
    def refused(username):
        raise accounts.OperatorError("there is no administrator 'x'")

    monkeypatch.setattr(accounts, "reset_administrator", refused)
    code, output, errors = said_by(capsys, monkeypatch, "admin-password", "x")
    assert (code, output, errors) == (1, "", "noctis: there is no administrator 'x'\n")


def test_modalities_are_passed_on_and_unknown_ones_refused(capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(
        demo, "generate", lambda note, chosen: asked.append(chosen) or {"lines": ["done"]}
    )
    assert said_by(capsys, monkeypatch, "demo", "--only", "MR", "US")[:2] == (0, "done\n")
    assert said_by(capsys, monkeypatch, "demo", "--only", "XX")[0] == 2
    assert asked == [["MR", "US"]]


def test_a_program_hears_of_progress_now_and_then(capsys, monkeypatch):
    clock = iter([0.0, 0.0, 1.0, 2.5, 2.5, 3.0])
    monkeypatch.setattr(verbs.time, "monotonic", lambda: next(clock))

    def generate(note, chosen):
        for line in ("one", "two", "three", "four"):
            note(line)
        return {"lines": []}

    monkeypatch.setattr(demo, "generate", generate)
    code, output, errors = said_by(capsys, monkeypatch, "demo", "--json")
    assert (code, output) == (0, '{"lines": []}\n')
    assert errors.splitlines() == ["one", "three"]
