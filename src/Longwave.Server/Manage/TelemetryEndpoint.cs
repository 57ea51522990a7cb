using Longwave.Server.Admission;
using Longwave.Server.Bodies;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Longwave.Server.Manage;

/// <summary><c>POST /v1/telemetry</c>: measurements of clients with a grant to subscribe. A request is counted as a whole or not at all.</summary>
internal sealed class TelemetryEndpoint(
    LongwaveOptions options,
    Authenticator authenticator,
    ReceivingBudget budget,
    AdmissionControl admission,
    TelemetryTotals totals,
    EndpointGuard refusals,
    TimeProvider clock)
{
    private const string Methods = "POST, OPTIONS";
    private const string MediaType = "application/json";

    public async Task HandleAsync(HttpContext context)
    {
        if (await refusals.AnswerMethodAsync(context, Methods))
        {
            return;
        }

        if (await ReceiveAsync(context) is { } problem)
        {
            await refusals.WriteAsync(context, problem);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
    }

    private async ValueTask<Problem?> ReceiveAsync(HttpContext context)
    {
        if (!(await refusals.AuthenticateAsync(context, authenticator)).TryGet(out Caller? caller, out Problem? problem))
        {
            return problem;
        }

        if (!caller.Reads)
        {
            return Authenticator.Forbid(caller, "Sending telemetry requires a grant to subscribe.");
        }

        problem = CheckType(context.Request);
        if (problem is not null)
        {
            return problem;
        }

        problem = admission.TryAdmitPublish(context, caller.Owner, out PublishPermit? permit);
        using PublishPermit? held = permit;
        if (problem is not null)
        {
            return problem;
        }

        using BodyReader reader = BodyReader.Open(context, options.Server.MaxTelemetryBytes, options.Server.RequestBodyTimeout, budget, permit, clock);
        problem = reader.CheckDeclaredLength();
        (problem, byte[] body) = problem is null ? await reader.ReadAllAsync(context.RequestAborted) : (problem, []);
        return problem ?? SampleReader.TryRead(body, options.Server.MaxTelemetrySamples, out List<ClientSample> samples) ?? Take(samples);
    }

    private Problem? Take(List<ClientSample> samples)
    {
        totals.Add(samples);
        return null;
    }

    private static Problem? CheckType(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? media) && media.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)
            ? null
            : new Problem(ProblemTypes.UnsupportedMediaType, $"Telemetry must be sent as `{MediaType}`.", "Content-Type");
}
