using System.Net;

namespace Longwave.Client.Connections;

/// <summary>
/// Rules for redirects. A request with a body is only repeated after 307 and 308, which keep its method: after 301, 302 and 303 a handler would send a GET in its
/// place, which publishes nothing. The token stays within the origin.
/// </summary>
internal static class Redirects
{
    /// <summary>Maximum number of redirects of one request.</summary>
    public const int Most = 5;

    /// <summary>The request that follows a redirect; null if the response is none, or must not be followed.</summary>
    public static HttpRequestMessage? Next(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (!IsFollowed(request.Method, response.StatusCode) || response.Headers.Location is not { } location
            || !Uri.TryCreate(request.RequestUri, location, out Uri? target) || !IsAsSecure(request.RequestUri!, target))
        {
            return null;
        }

        bool isSameOrigin = Uri.Compare(request.RequestUri, target, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
        var next = new HttpRequestMessage(request.Method, target) { Content = request.Content, Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach ((string name, IEnumerable<string> values) in request.Headers)
        {
            if (isSameOrigin || !name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
            {
                next.Headers.TryAddWithoutValidation(name, values);
            }
        }

        return next;
    }

    /// <summary>
    /// The response of a request whose method a handler of the application has changed: the redirect that the handler followed, so that the caller fails with it.
    /// </summary>
    public static HttpResponseMessage Undo(HttpResponseMessage response)
    {
        var redirect = new HttpResponseMessage(HttpStatusCode.Found) { RequestMessage = response.RequestMessage };
        redirect.Headers.Location = response.RequestMessage!.RequestUri;
        response.Dispose();
        return redirect;
    }

    private static bool IsFollowed(HttpMethod method, HttpStatusCode status) => status switch
    {
        HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect => true,
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther => method == HttpMethod.Get,
        _ => false,
    };

    private static bool IsAsSecure(Uri from, Uri to) => to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp);
}
