using System.Buffers;
using System.IO.Pipelines;
using Longwave.Server.Admission;
using Longwave.Server.Identity;
using Longwave.Server.Problems;
using Longwave.Server.Requests;
using Longwave.Server.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Longwave.Server.Endpoints;

/// <summary><c>POST /v1/telemetry</c>: what clients measured, from those who may subscribe. A post is taken as a whole or not at all.</summary>
internal sealed class TelemetryEndpoint(
    LongwaveOptions options, Authenticator authenticator, AdmissionControl admission, TelemetryTotals totals, Refusals refusals)
{
    private const string Methods = "POST, OPTIONS";
    private const string MediaType = "application/json";

    public async Task HandleAsync(HttpContext context)
    {
        string method = context.Request.Method;
        if (HttpMethods.IsOptions(method))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            context.Response.Headers.Allow = Methods;
            return;
        }

        if (!HttpMethods.IsPost(method))
        {
            await refusals.MethodNotAllowedAsync(context, Methods);
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
        if (!(await authenticator.AuthenticateAsync(context)).TryGet(out Caller? caller, out Problem? problem))
        {
            return problem;
        }

        if (!caller.Reads)
        {
            return Authenticator.Forbid(caller, "Measurements are taken from those who may subscribe.");
        }

        problem = admission.TryAdmitPublish(context, caller.Owner, out PublishPermit? permit) ?? CheckHead(context.Request);
        using PublishPermit? held = permit;
        (problem, ReadOnlyMemory<byte> body) = problem is null ? await ReadAsync(context) : (problem, default);
        return problem
            ?? permit?.TakeBytes(body.Length)
            ?? SampleReader.TryRead(body, options.Server.MaxTelemetrySamples, out List<ClientSample> samples)
            ?? Take(samples);
    }

    private Problem? Take(List<ClientSample> samples)
    {
        totals.Add(samples);
        return null;
    }

    private Problem? CheckHead(HttpRequest request)
    {
        Problem? problem = QueryValues.TryRead(request.QueryString.Value, [], out _);
        return problem
            ?? (MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? media) && media.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase)
                ? null
                : new Problem(ProblemTypes.UnsupportedMediaType, $"Telemetry is read as `{MediaType}`.", "Content-Type"))
            ?? (request.ContentLength > options.Server.MaxTelemetryBytes ? TooLarge() : null);
    }

    private async ValueTask<(Problem? Problem, ReadOnlyMemory<byte> Body)> ReadAsync(HttpContext context)
    {
        // Ours answers first; the web server would cut the connection before the client has read the 413.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        PipeReader pipe = context.Request.BodyReader;
        while (true)
        {
            ReadResult result = await pipe.ReadAsync(context.RequestAborted);
            if (result.Buffer.Length > options.Server.MaxTelemetryBytes)
            {
                pipe.AdvanceTo(result.Buffer.End);
                return (TooLarge(), default);
            }

            if (result.IsCompleted)
            {
                byte[] body = result.Buffer.ToArray();
                pipe.AdvanceTo(result.Buffer.End);
                return (null, body);
            }

            pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private Problem TooLarge() => new(ProblemTypes.RequestTooLarge, $"One telemetry post may have {options.Server.MaxTelemetryBytes} bytes; send several.", "body");
}
