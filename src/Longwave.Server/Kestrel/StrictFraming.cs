using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Longwave.Server.Kestrel;

/// <summary>
/// Rejects HTTP/1 requests whose end another server could find elsewhere than the web server did (RFC 9112, sections 6.1 and 6.3), and closes their
/// connection: what a proxy takes for the body would otherwise be the next request here.
/// </summary>
/// <remarks>
/// Guards the hub's endpoints; <see cref="LongwaveKestrel.UseStrictFraming"/> guards every path of an application.
/// The web server parses; this class looks only at what it accepted. Two cases never arrive here: <see cref="LongwaveKestrel"/> lets the web server
/// reject bare line feeds, and lengths that are not digits (<see cref="StrictDigits"/>).
/// </remarks>
internal sealed class StrictFraming(ProblemWriter problems)
{
    /// <summary>Header to which the web server moves the length of a request that also has a transfer coding.</summary>
    private const string DroppedLength = "X-Content-Length";

    private const string Rejection =
        "The end of the body is ambiguous: send either Content-Length, or HTTP/1.1 with exactly `Transfer-Encoding: chunked`.";

    /// <summary>Runs <paramref name="handler"/> for requests with a clear end.</summary>
    public RequestDelegate Guard(RequestDelegate handler) => context => IsAmbiguous(context.Request) ? RejectAsync(context) : handler(context);

    private static bool IsAmbiguous(HttpRequest request)
    {
        StringValues coding = request.Headers.TransferEncoding;
        return coding.Count > 0
            && (request.Protocol != "HTTP/1.1"
                || coding.Count != 1
                || !string.Equals(coding[0], "chunked", StringComparison.OrdinalIgnoreCase)
                || request.Headers.ContainsKey(DroppedLength));
    }

    private Task RejectAsync(HttpContext context)
    {
        context.Response.Headers.Connection = "close";
        return problems.WriteAsync(context, new Problem(ProblemTypes.BadRequest, Rejection, "Transfer-Encoding"));
    }
}
