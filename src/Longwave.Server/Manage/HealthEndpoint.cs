using System.Buffers;
using System.Text.Json;
using Longwave.Engine.Health;
using Longwave.Engine.Publishing;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Manage;

/// <summary>
/// <c>/healthz</c> fails when only a restart helps: publishing has stopped after a write error. <c>/readyz</c> fails when new clients
/// should use another hub: during start and shutdown, and when publishing has stopped. A full disk fails neither: streams continue, and
/// publishing resumes when there is free space.
/// </summary>
internal sealed class HealthEndpoint(RunningHub hub, BackgroundLoops loops, EndpointGuard refusals)
{
    private const string Methods = "GET, HEAD, OPTIONS";

    public Task HandleLivenessAsync(HttpContext context) => HandleAsync(context, health => health is not (HubHealth.PublishingStopped or HubHealth.Failed));

    public Task HandleReadinessAsync(HttpContext context) => HandleAsync(context, health => health is HubHealth.Healthy or HubHealth.ClockJumped or HubHealth.DiskFull);

    private async Task HandleAsync(HttpContext context, Func<HubHealth, bool> isGood)
    {
        if (await refusals.AnswerMethodAsync(context, Methods))
        {
            return;
        }

        // Probes may add a query (cache busters), so it is ignored.
        HubHealth health = hub.Engine.Health;
        context.Response.StatusCode = isGood(health) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.CacheControl = "no-store";
        await JsonResponse.WriteAsync(context, JsonResponse.MediaType, Write(health));
    }

    private ReadOnlyMemory<byte> Write(HubHealth health)
    {
        var body = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(body, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, health switch
            {
                HubHealth.Healthy => "healthy",
                HubHealth.ClockJumped => "clock-jumped",
                HubHealth.DiskFull => "disk-full",
                HubHealth.PublishingStopped => "publishing-stopped",
                HubHealth.Failed => "failed",
                _ => "draining",
            });
            json.WriteString("tip"u8, hub.Engine.Tip.ToString());
            json.WriteNumber("connections"u8, hub.Engine.ConnectionCount);
            if (loops.Failed is { Count: > 0 } failed)
            {
                json.WriteStartArray("failed"u8);
                foreach (string loop in failed)
                {
                    json.WriteStringValue(loop);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }
}
