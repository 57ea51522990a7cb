using System.Text.Json;
using Longwave.Protocol.Events;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Hub;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Longwave.Server.Mercure;

/// <summary><c>GET /.well-known/mercure/subscriptions…</c>: the active subscriptions (both drafts, "Subscription API").</summary>
internal sealed class SubscriptionsEndpoint(
    RunningHub hub, LongwaveOptions options, MercureAuthenticator authenticator, AdmissionControl admission, HubAddress address, HeaderEncoding encoding,
    ActiveSubscriptions active, ListResponse lists, EndpointGuard plain, MercureProblems refusals)
{
    private const string Methods = "GET, HEAD, OPTIONS";

    public async Task HandleAsync(HttpContext context)
    {
        if (await plain.AnswerMethodAsync(context, Methods))
        {
            return;
        }

        var query = new FormFields();
        _ = query.TryAddQuery(context.Request.QueryString.Value, FormFields.MaxFields);
        MercureCaller found = await authenticator.AuthenticateAsync(context, MercureRole.Subscriber, query, Dialect.Legacy);
        Problem? problem = found.Problem ?? admission.CountRequest(context, found.Caller!.Owner);
        string hubPath = address.PartsOf(context).Path;
        string topic = TopicOf(context, hubPath);
        if (problem is null && !options.Mercure.Subscriptions)
        {
            problem = new Problem(ProblemTypes.NotFound, "This hub does not list subscriptions (`Mercure:Subscriptions`).");
        }

        problem ??= MayRead(found.Caller!, topic) ? null : Authenticator.Forbid(found.Caller!, $"No grant allows subscribing to `{topic}`.");
        if (problem is not null)
        {
            await refusals.WriteAsync(context, found.Dialect, problem);
            return;
        }

        await AnswerAsync(context, found.Dialect, ActiveSubscription.Folder(hubPath), topic);
    }

    /// <summary>The path as sent, with each part encoded as in topics: after decoding, a slash of a matcher would look like a separator.</summary>
    private static string TopicOf(HttpContext context, string hubPath)
    {
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        int end = target.IndexOf('?', StringComparison.Ordinal);
        string path = end < 0 ? target : target[..end];
        int at = path.IndexOf(HubAddress.Path, StringComparison.OrdinalIgnoreCase);
        IEnumerable<string> parts = at < 0 ? [] : path[(at + HubAddress.Path.Length)..].Split('/');
        return hubPath + string.Join('/', parts.Select(static part => Uri.EscapeDataString(Uri.UnescapeDataString(part))));
    }

    /// <summary>Whether the caller may read the document: its path is a private topic, so only the caller's own grants count.</summary>
    private static bool MayRead(Caller caller, string topic) => caller.Access is null || caller.Grants.Subscribe.Any(grant => grant.Allows(topic, null));

    private async Task AnswerAsync(HttpContext context, Dialect dialect, string folder, string topic)
    {
        // Read the last event id before the list: a later update announces every change that the list misses.
        string last = hub.Engine.NewestId() ?? EventRules.EarliestId;
        last = encoding.CanSend(HeaderNames.Link, last) ? last : $"{EventRules.PositionMark}{hub.Engine.Tip}";
        string etag = $"\"{hub.Engine.Tip}-{active.Version:x}\"";
        string[] parts = topic.Length > folder.Length ? topic[(folder.Length + 1)..].Split('/') : [];
        int single = dialect == Dialect.Legacy ? 2 : 3;
        ActiveSubscription? one = parts.Length == single && active.Find(topic) is { } found && found.Dialect == dialect ? found : null;
        if (topic != folder && (parts.Length != single - 1 || Array.Exists(parts, static part => part.Length == 0)) && one is null)
        {
            await refusals.WriteAsync(context, dialect, new Problem(ProblemTypes.NotFound, "No active subscription has this path."));
            return;
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentType = MediaTypeOf(dialect);
        headers.ETag = etag;
        headers.CacheControl = "private, must-revalidate";
        string cursor = dialect == Dialect.Legacy ? "" : $"; last-event-id=\"{last.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        headers.Link = $"<{address.Of(context)}>; rel=\"mercure\"{cursor}";
        if (Knows(context.Request.Headers.IfNoneMatch, etag))
        {
            headers.ContentType = default;
            context.Response.StatusCode = StatusCodes.Status304NotModified;
        }
        else if (!HttpMethods.IsHead(context.Request.Method))
        {
            await (one is not null ? WriteOneAsync(context, dialect, one, last) : WriteListAsync(context, dialect, topic, last));
        }
    }

    private static async Task WriteOneAsync(HttpContext context, Dialect dialect, ActiveSubscription one, string last)
    {
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonResponse.WriterOptions))
        {
            json.WriteStartObject();
            SubscriptionJson.WriteContext(json, dialect);
            SubscriptionJson.WriteMembers(json, one, isActive: true);
            WriteCursor(json, dialect, last);
            json.WriteEndObject();
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task WriteListAsync(HttpContext context, Dialect dialect, string topic, string last)
    {
        IEnumerable<ActiveSubscription> listed = active.Below(topic).Where(subscription => subscription.Dialect == dialect);
        Problem? problem = await lists.WriteAsync(
            context,
            MediaTypeOf(dialect),
            json =>
            {
                SubscriptionJson.WriteContext(json, dialect);
                json.WriteString("id"u8, topic);
                json.WriteString("type"u8, dialect == Dialect.Legacy ? "Subscriptions"u8 : "subscriptions"u8);
                WriteCursor(json, dialect, last);
                json.WriteStartArray("subscriptions"u8);
            },
            listed,
            static (json, subscription) =>
            {
                json.WriteStartObject();
                SubscriptionJson.WriteMembers(json, subscription, isActive: true);
                json.WriteEndObject();
            },
            static _ => { });
        if (problem is not null)
        {
            context.Response.Clear();
            await refusals.WriteAsync(context, dialect, problem);
        }
    }

    private static string MediaTypeOf(Dialect dialect) => dialect == Dialect.Legacy ? "application/ld+json" : "application/mercure+json";

    private static void WriteCursor(Utf8JsonWriter json, Dialect dialect, string last)
    {
        if (dialect == Dialect.Legacy)
        {
            json.WriteString("lastEventID"u8, last);
        }
    }

    private static bool Knows(StringValues ifNoneMatch, string etag) =>
        ifNoneMatch.Any(header => header is not null && (header.Trim() == "*" || header.Split(',').Any(one => one.Trim() is { } tag && (tag == etag || tag == $"W/{etag}"))));
}
