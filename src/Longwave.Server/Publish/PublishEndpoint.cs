using System.Runtime.CompilerServices;
using Longwave.Engine.Log;
using Longwave.Engine.Publishing;
using Longwave.Protocol.CloudEvents;
using Longwave.Protocol.Events;
using Longwave.Server.Admission;
using Longwave.Server.Bodies;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Publish;

/// <summary><c>POST /v1/events</c>: one event, or a batch that is appended as a whole or not at all.</summary>
internal sealed class PublishEndpoint(
    RunningHub hub,
    LongwaveOptions options,
    Authenticator authenticator,
    HubAddress address,
    ReceivingBudget budget,
    AdmissionControl admission,
    EndpointGuard refusals,
    TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        // Before reading the body: a caller that may not publish must not cost the hub a body.
        if (!(await authenticator.AuthenticateAsync(context)).TryGet(out Caller? caller, out Problem? problem) || !caller.Publishes)
        {
            await refusals.WriteAsync(context, problem ?? Authenticator.Forbid(caller!, "No grant allows publishing."));
            return;
        }

        problem = BodyHeaders.TryRead(context.Request.Headers, out BodyHeaders headers);
        if (problem is null)
        {
            problem = PublishQuery.TryRead(context.Request.QueryString.Value, headers, out PublishQuery query)
                ?? await ReadAndPublishAsync(context, caller, headers, query);
        }

        if (problem is not null)
        {
            if (problem.Type == ProblemTypes.UnsupportedEncoding)
            {
                // RFC 9110, section 12.5.3.
                context.Response.Headers.AcceptEncoding = "gzip";
            }

            await refusals.WriteAsync(context, problem);
        }
    }

    // Waits for the log in every request, so its state is pooled.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Problem?> ReadAndPublishAsync(HttpContext context, Caller caller, BodyHeaders headers, PublishQuery query)
    {
        Problem? problem = admission.TryAdmitPublish(context, caller.Owner, out PublishPermit? permit);
        if (problem is not null)
        {
            return problem;
        }

        using PublishPermit? held = permit;
        using BodyReader reader = BodyReader.Open(context, options.Engine.Limits.MaxRequestBytes, options.Server.RequestBodyTimeout, budget, permit, clock, headers.IsCompressed);
        bool batch = headers.Kind is BodyKind.Batch or BodyKind.Ndjson;
        var list = new PublicationList(hub.Engine.NewRequest(), headers.IdempotencyKey, batch, caller) { Address = options.Mercure.Enabled ? address : null, Context = context };

        // The bytes count as being received until the log has answered, so that every byte is always within one of the two limits.
        return reader.CheckDeclaredLength()
            ?? await ReadAsync(context, headers, query, reader, list)
            ?? (query.Completes ? list.AddCompletion(Event.Completion(query.Topics[0], query.IsPrivate)) : null)
            ?? permit?.TakeEvents(list.Request.Count)
            ?? await PublishAsync(context, list.Request, batch);
    }

    private static ValueTask<Problem?> ReadAsync(HttpContext context, BodyHeaders headers, PublishQuery query, BodyReader reader, PublicationList list)
    {
        var defaults = new CloudEventDefaults(query.Topics.Count > 0 ? query.Topics[0] : null, query.Key, query.IsPrivate);
        return headers.Kind == BodyKind.Ndjson
            ? ReadLinesAsync(context, defaults, reader, list)
            : ReadWholeAsync(context, headers, query, defaults, reader, list);
    }

    private static ValueTask<Problem?> ReadLinesAsync(HttpContext context, CloudEventDefaults defaults, BodyReader reader, PublicationList list) =>
        reader.ReadLinesAsync(line => AddLine(line, defaults, list), context.RequestAborted);

    private static async ValueTask<Problem?> ReadWholeAsync(
        HttpContext context, BodyHeaders headers, PublishQuery query, CloudEventDefaults defaults, BodyReader reader, PublicationList list)
    {
        (Problem? problem, byte[] body) = await reader.ReadAllAsync(context.RequestAborted);
        if (problem is not null)
        {
            return problem;
        }

        if (query.Completes && headers.Kind == BodyKind.Raw && body.Length == 0)
        {
            // Only the completion follows.
            return null;
        }

        return headers.Kind switch
        {
            BodyKind.Raw => list.Add(new Event
            {
                Topic = query.Topics[0],
                Alternates = query.Topics.Count > 1 ? [.. query.Topics.Skip(1)] : [],
                Type = query.Type,
                Key = query.Key,
                ContentType = headers.ContentType ?? (JsonText.IsObjectOrArray(body) ? JsonText.ContentType : null),
                IsPrivate = query.IsPrivate,
                Data = body,
            }),
            BodyKind.Binary => AddBinary(context.Request.Headers, headers.ContentType, body, defaults, list),
            BodyKind.Structured => AddCloudEvent(body, defaults, list),
            _ => AddBatch(body, defaults, list),
        };
    }

    private static Problem? AddLine(ReadOnlySpan<byte> line, CloudEventDefaults defaults, PublicationList list)
    {
        // A search of the bytes avoids reading most lines twice. The text may also occur in the data of a native line.
        if (line.IndexOf("\"specversion\""u8) >= 0 && CloudEventReader.TryRead(line, defaults, out Event? e, out CloudEventIdentity id, out _))
        {
            return list.Add(e!, id);
        }

        return !NativeLine.IsNative(line) ? AddCloudEvent(line, defaults, list)
            : NativeLine.TryRead(line, defaults, out NativeLine native) is { } problem ? list.Refuse(problem)
            : (native.Event is { } data ? list.Add(data, native.Id) : null) ?? (native.Completion is { } completion ? list.AddCompletion(completion) : null);
    }

    private static Problem? AddCloudEvent(ReadOnlySpan<byte> json, CloudEventDefaults defaults, PublicationList list) =>
        CloudEventReader.TryRead(json, defaults, out Event? e, out CloudEventIdentity id, out EventProblem? problem)
            ? list.Add(e!, id)
            : list.Refuse(problem!);

    private static Problem? AddBinary(IHeaderDictionary headers, string? contentType, byte[] body, CloudEventDefaults defaults, PublicationList list)
    {
        // A duplicate header becomes two attributes, which are rejected as a duplicate.
        IEnumerable<KeyValuePair<string, string>> attributes =
            from header in headers
            where header.Key.StartsWith("ce-", StringComparison.OrdinalIgnoreCase)
            from value in header.Value
            select KeyValuePair.Create(header.Key, value ?? "");
        return CloudEventReader.TryReadBinary(attributes, contentType, body, defaults, out Event? e, out CloudEventIdentity id, out EventProblem? problem)
            ? list.Add(e!, id)
            : list.Refuse(problem!);
    }

    private static Problem? AddBatch(byte[] json, CloudEventDefaults defaults, PublicationList list)
    {
        if (!CloudEventReader.TryReadBatch(json, defaults, out List<ParsedCloudEvent> events, out EventProblem? problem))
        {
            return list.Refuse(problem!);
        }

        foreach (ParsedCloudEvent parsed in events)
        {
            if (list.Add(parsed.Event, parsed.Identity) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Problem?> PublishAsync(HttpContext context, PublishRequest request, bool batch)
    {
        if (request.Count == 0)
        {
            await PublishResponse.WriteBatchAsync(context, []);
            return null;
        }

        PublishResult result = await hub.Engine.PublishAsync(request);
        if (result.Outcome != PublishOutcome.Accepted)
        {
            return PublishProblems.Of(result);
        }

        if (batch)
        {
            await PublishResponse.WriteBatchAsync(context, result.Events);
        }
        else
        {
            PublishResponse.WriteSingle(context, result.Events[0]);
        }

        return null;
    }
}
