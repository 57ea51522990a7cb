using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Longwave.Engine.Subscribers;
using Longwave.Protocol.Selectors;
using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Longwave.Server.Subscribe;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Manage;

/// <summary><c>/v1/connections</c> and <c>/v1/connections/{id}</c>: the open streams, for administrators.</summary>
internal sealed class ConnectionsEndpoint(Authenticator authenticator, ConnectionRegistry connections, ListResponse lists, LongwaveOptions options, EndpointGuard refusals)
{
    private const string ListMethods = "GET, HEAD, OPTIONS";
    private const string OneMethods = "GET, HEAD, DELETE, OPTIONS";

    private static readonly QueryParameter[] Known = [new("subject"), new("after"), new("limit")];

    /// <summary>The parameters, for the tests that compare them with the OpenAPI document.</summary>
    public static IReadOnlyList<QueryParameter> Parameters => Known;

    public async Task HandleListAsync(HttpContext context)
    {
        if (await refusals.AnswerMethodAsync(context, ListMethods))
        {
            return;
        }

        Problem? problem = QueryValues.TryRead(context.Request.QueryString.Value, Known, out QueryValues values);
        problem ??= TryReadPage(values, out long after, out int limit) ?? await refusals.RequireAdminAsync(context, authenticator)
            ?? await WriteListAsync(context, values.Single("subject"), after, limit);
        if (problem is not null)
        {
            await refusals.WriteAsync(context, problem);
        }
    }

    public async Task HandleOneAsync(HttpContext context)
    {
        if (await refusals.AnswerMethodAsync(context, OneMethods))
        {
            return;
        }

        if (await refusals.RequireAdminAsync(context, authenticator) is { } problem)
        {
            await refusals.WriteAsync(context, problem);
        }
        else if (!connections.TryGet((string)context.Request.RouteValues["id"]!, out OpenConnection? connection))
        {
            await refusals.WriteAsync(context, new Problem(ProblemTypes.NotFound, "No open stream has this id."));
        }
        else if (HttpMethods.IsDelete(context.Request.Method))
        {
            connection.Subscriber.Close(CloseReason.Ended);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            var body = new ArrayBufferWriter<byte>(512);
            using (var json = new Utf8JsonWriter(body, JsonResponse.WriterOptions))
            {
                Write(json, connection);
            }

            context.Response.Headers.CacheControl = "no-store";
            await JsonResponse.WriteAsync(context, JsonResponse.MediaType, body.WrittenMemory);
        }
    }

    private Problem? TryReadPage(QueryValues values, out long after, out int limit)
    {
        (after, limit) = (0, options.Server.MaxConnectionsPerPage);
        if (values.Single("after") is { } name && !connections.TryParse(name, out after))
        {
            return new Problem(ProblemTypes.InvalidParameter, "`after` must be the `next` of an earlier answer of this hub.", "after");
        }

        if (values.Single("limit") is not { } text)
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int asked) || asked < 1)
        {
            return new Problem(ProblemTypes.InvalidParameter, "`limit` must be an integer of at least 1.", "limit");
        }

        limit = Math.Min(asked, limit);
        return null;
    }

    private async ValueTask<Problem?> WriteListAsync(HttpContext context, string? subject, long after, int limit)
    {
        ConnectionPage page = connections.ReadPage(after, limit, connection => subject is null || connection.Caller.Subject == subject);
        context.Response.Headers.CacheControl = "no-store";
        return await lists.WriteAsync(
            context,
            JsonResponse.MediaType,
            static json => json.WriteStartArray("connections"u8),
            page.Connections,
            Write,
            json => WriteText(json, "next"u8, page.Next is { } next ? connections.Name(next) : null));
    }

    private void Write(Utf8JsonWriter json, OpenConnection connection)
    {
        Caller caller = connection.Caller;
        json.WriteStartObject();
        json.WriteString("id"u8, connections.Name(connection.Number));
        WriteText(json, "subject"u8, caller.Subject);
        WriteText(json, "issuer"u8, caller.Issuer.Length == 0 ? null : caller.Issuer);
        WriteText(json, "token_id"u8, caller.TokenId);
        WriteText(json, "expires"u8, caller.ExpiresAt is { } expires ? JsonResponse.Time(expires) : null);
        json.WriteString("opened"u8, JsonResponse.Time(connection.OpenedAt));
        WriteText(json, "address"u8, connection.Address);
        json.WriteString("protocol"u8, connection.Protocol);
        WriteTexts(json, "topics"u8, connection.Request.Selectors.Select(static (Selector selector) => selector.Text));
        if (connection.Request.Types.Count > 0)
        {
            WriteTexts(json, "types"u8, connection.Request.Types);
        }

        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
