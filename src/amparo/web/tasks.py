"""What is to be done, by whom, and where members are called."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from amparo.casefile.tasks import finish_task, list_mentions, list_tasks
from amparo.casefile.unfinished import forget_unfinished, list_unfinished
from amparo.web.lock import acting_member


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Tasks of the acting member, or of everybody (`?who=all`)."""
    everybody = request.GET.get("who") == "all"
    member = acting_member()
    facts = {
        "everybody": everybody,
        "tasks": list_tasks(member="" if everybody else member, done=everybody),
        "mentions": list_mentions(member),
        "unfinished": list_unfinished(),
    }
    return render(request, "tasks.html", facts)


@require_POST
def finish(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """Write down that a task was done."""
    finish_task(acting_member(), case, code)
    return HttpResponseRedirect(reverse("tasks"))


@require_POST
def throw_away(request: HttpRequest, case: str, number: int) -> HttpResponse:
    """Drop a form that the member left unfinished."""
    forget_unfinished(acting_member(), case, number)
    return HttpResponseRedirect(reverse("case", args=[case]))
