"""What is answered where nothing is: a page for people, JSON for programs."""

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.defaults import page_not_found


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that doesn't exist."""
    if not request.path.startswith("/api/"):
        return page_not_found(request, exception)
    detail = "There is nothing at this address; /api/v1/docs lists what there is."
    return JsonResponse({"detail": detail}, status=404, headers={"Access-Control-Allow-Origin": "*"})
