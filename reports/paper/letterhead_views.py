"""The page on which a facility designs its letterhead."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from reports.models import Letterhead
from reports.paper.colours import contrast_on_white
from reports.paper.forms import LetterheadForm
from reports.paper.letterheads import letterhead_of, look_of, save_letterhead
from reports.paper.press import PressError, print_pages
from reports.paper.sample import sample_sheet
from reports.paper.sheet import page_html
from reports.paper.views import View, actor_of, no_press, pdf_response


def _guarded(view: View) -> View:
    permission = permission_required("reports.manage_letterhead", raise_exception=True)
    return never_cache(login_required(permission(view)))


def _facilities(request: HttpRequest) -> list[Any]:
    """Return the facilities whose letterhead the user may design."""
    facilities = Letterhead._meta.get_field("facility").related_model._default_manager.all()
    if request.user.has_perm("archive.view_all_facilities"):
        return list(facilities)
    own = getattr(request.user, "facility_id", None)
    return list(facilities.filter(pk=own))


def _chosen(request: HttpRequest) -> tuple[Any, list[Any]]:
    """Return the facility that the address names, else the first; and all there are to choose."""
    facilities = _facilities(request)
    wanted = request.GET.get("facility", "")
    for facility in facilities:
        if not wanted or str(facility.pk) == wanted:
            return facility, facilities
    raise Http404


def _form(request: HttpRequest, letterhead: Letterhead) -> LetterheadForm:
    if request.method == "POST":
        return LetterheadForm(request.POST, request.FILES, instance=letterhead)
    return LetterheadForm(instance=letterhead)


@require_http_methods(["GET", "HEAD", "POST"])
@_guarded
def letterhead(request: HttpRequest) -> HttpResponse:
    """Show and keep the letterhead of a facility."""
    facility, facilities = _chosen(request)
    form = _form(request, letterhead_of(facility))
    if request.method == "POST" and form.is_valid():
        fields = [name for name in form.changed_data if name in form.fields]
        save_letterhead(form.drawn(), fields=fields, actor=actor_of(request))
        messages.success(request, _("The letterhead is saved."))
        return HttpResponseRedirect(f"{reverse('letterhead')}?facility={facility.pk}")
    # A form that was refused has changed the letterhead in memory: show what is kept.
    kept = letterhead_of(facility)
    context = {
        "form": form,
        "facility": facility,
        "facilities": facilities,
        "sheet": sample_sheet(look_of(kept)),
        "has_logo": bool(kept.logo),
        "logo": look_of(kept).logo,
    }
    status = 422 if form.errors else 200
    return render(request, "reports/paper/letterhead.html", context, status=status)


@require_POST
@_guarded
def preview(request: HttpRequest) -> HttpResponse:
    """Return the sample page with what the form has, without keeping it."""
    facility, _all = _chosen(request)
    form = _form(request, letterhead_of(facility))
    form.is_valid()
    context = {"sheet": sample_sheet(look_of(_drawable(form, facility))), "form": form}
    accent = form.cleaned_data.get("accent")
    if accent:
        context["contrast"] = f"{contrast_on_white(accent):.1f}"
    return render(request, "reports/paper/_preview.html", context)


@require_POST
@_guarded
def sample(request: HttpRequest) -> HttpResponseBase:
    """Return the sample as a PDF, with what the form has, without keeping it."""
    facility, _all = _chosen(request)
    form = _form(request, letterhead_of(facility))
    form.is_valid()
    sheet = sample_sheet(look_of(_drawable(form, facility)))
    try:
        pdf = print_pages([page_html(sheet)], sheet.fingerprint)
    except PressError as error:
        return no_press(request, error)
    return pdf_response(pdf, "letterhead-sample.pdf")


def _drawable(form: LetterheadForm, facility: Any) -> Letterhead:
    """Return the letterhead of a form; a field with a mistake stays as it is kept."""
    drawn = form.drawn()
    kept = letterhead_of(facility)
    for name in form.errors:
        if hasattr(kept, name):
            setattr(drawn, name, getattr(kept, name))
    return drawn
