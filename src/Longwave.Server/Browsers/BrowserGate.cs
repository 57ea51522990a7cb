using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Browsers;

/// <summary>Stands before every address: refuses foreign hosts and pages, and tells browsers what they may do with the answer.</summary>
internal sealed class BrowserGate(BrowserRules rules, ProblemWriter problems)
{
    /// <summary>Runs <paramref name="handler"/> for requests that may come in.</summary>
    public RequestDelegate Guard(RequestDelegate handler) => context =>
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            // Reset before it came here (HTTP/2 rapid reset, CVE-2023-44487): it gets no work but this.
            return Task.CompletedTask;
        }

        OriginTrust trust = rules.Judge(context);

        // When they leave: a refusal clears the headers that were set before it.
        var headers = new BrowserHeaders(context, trust);
        context.Response.OnStarting(static headers => ((BrowserHeaders)headers).Set(), headers);
        if (!rules.IsOurs(context))
        {
            return problems.WriteAsync(context, new Problem(
                ProblemTypes.ForeignHost,
                $"`{context.Request.Host.Value}` is not a host name of this hub. To allow it, add it to `Server:AllowedHosts`.",
                "Host"));
        }

        return trust == OriginTrust.Foreign
            ? problems.WriteAsync(context, new Problem(
                ProblemTypes.ForeignOrigin,
                "Pages of this origin may not use this hub. To allow them, add the origin to `Server:AllowedOrigins`.",
                "Origin"))
            : handler(context);
    };
}
