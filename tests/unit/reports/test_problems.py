from reports.errors import LeaseHeldError, TooManyAttemptsError
from reports.problems import ProblemError
from worklist.problems import problem_details


def answer(error):
    return problem_details(ProblemError(error), {})


def test_a_problem_says_what_programs_go_by():
    response = answer(LeaseHeldError("Rita writes.", reader={"id": 1, "name": "Rita"}))
    assert response.data == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "Rita writes.",
        "code": "lease-held",
        "reader": {"id": 1, "name": "Rita"},
    }


def test_a_problem_says_when_to_come_again():
    response = answer(TooManyAttemptsError("Wait.", retry_after=300))
    assert (response.status_code, response["Retry-After"]) == (429, "300")
