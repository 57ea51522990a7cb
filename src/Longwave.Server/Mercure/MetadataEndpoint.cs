using System.Buffers;
using System.Text.Json;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Longwave.Server.Mercure;

/// <summary><c>GET /.well-known/oauth-protected-resource/.well-known/mercure</c>: issuers of tokens, and how to send tokens (RFC 9728).</summary>
internal sealed class MetadataEndpoint(LongwaveOptions options, Authenticator authenticator, HubAddress address, EndpointGuard refusals)
{
    private const string Methods = "GET, HEAD, OPTIONS";

    public async Task HandleAsync(HttpContext context)
    {
        if (await refusals.AnswerMethodAsync(context, Methods))
        {
            return;
        }

        if (authenticator.Open is not null)
        {
            await refusals.WriteAsync(context, new Problem(ProblemTypes.NotFound, "This hub requires no authentication, so it has no metadata about tokens."));
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonResponse.WriterOptions))
        {
            Write(json, context);
        }

        context.Response.Headers.CacheControl = "no-cache";
        await JsonResponse.WriteAsync(context, JsonResponse.MediaType, buffer.WrittenMemory);
    }

    private void Write(Utf8JsonWriter json, HttpContext context)
    {
        json.WriteStartObject();
        json.WriteString("resource"u8, address.Of(context));
        WriteList(json, "authorization_servers", options.Auth.Issuers.Where(static issuer => issuer.Discovery).Select(static issuer => issuer.Issuer));
        WriteList(json, "authorization_details_types_supported", AuthorizationDetails.Types);
        WriteList(json, "bearer_methods_supported", ["header"]);
        json.WriteString("mercure_cookie"u8, options.Mercure.CookieName ?? MercureCredential.CurrentCookie);
        WriteList(json, "mercure_matcher_types_supported", TopicMatcher.Types);
        if (options.Mercure.Subscriptions)
        {
            json.WriteBoolean("mercure_subscriptions"u8, true);
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        string[] all = [.. values];
        if (all.Length == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        Array.ForEach(all, json.WriteStringValue);
        json.WriteEndArray();
    }
}
