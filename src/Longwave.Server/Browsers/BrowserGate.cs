using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Browsers;

/// <summary>Wraps every endpoint: rejects unknown hosts and pages of other origins, and sets the headers for browsers.</summary>
internal sealed class BrowserGate(BrowserRules rules, RejectedOrigins rejected, ProblemWriter problems)
{
    /// <summary>Runs <paramref name="handler"/> for allowed requests.</summary>
    public RequestDelegate Guard(RequestDelegate handler) => context =>
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            // The client has already reset the request (HTTP/2 rapid reset, CVE-2023-44487): do no work for it.
            return Task.CompletedTask;
        }

        OriginTrust trust = rules.Judge(context);

        // Set the headers on start of the response, because a rejection clears earlier ones.
        var headers = new BrowserHeaders(context, trust);
        context.Response.OnStarting(static headers => ((BrowserHeaders)headers).Set(), headers);
        if (!rules.IsOurs(context))
        {
            return problems.WriteAsync(context, new Problem(
                ProblemTypes.ForeignHost,
                $"`{context.Request.Host.Value}` is not a host name of this hub. To allow it, add it to `Server:AllowedHosts`.",
                "Host"));
        }

        if (trust != OriginTrust.Foreign)
        {
            return handler(context);
        }

        rejected.Report(context.Request.Headers.Origin);
        return problems.WriteAsync(context, new Problem(
            ProblemTypes.ForeignOrigin,
            "Pages of this origin may not use this hub. To allow them, add the origin to `Server:AllowedOrigins`.",
            "Origin"));
    };
}
