using Longwave.Server.Admission;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Longwave.Server.Page;

/// <summary>
/// <c>/</c> and <c>/page/NAME</c>: the page that shows topics and events live. It uses only public endpoints, and its URLs are relative,
/// so that it works below any prefix.
/// </summary>
internal sealed class PageEndpoint(PageFiles files, AdmissionControl admission, EndpointGuard refusals)
{
    private const string Methods = "GET, HEAD, OPTIONS";

    /// <summary>Content security policy: allows only the page's own scripts and styles, and requests to the hub, so that injected content has no effect.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Serves the page.</summary>
    public Task HandleIndexAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!request.Path.HasValue || !request.Path.Value.EndsWith('/'))
        {
            // Below a prefix, relative URLs need the trailing slash.
            context.Response.Headers.Location = UriHelper.BuildRelative(request.PathBase, request.Path.Add("/"), request.QueryString);
            context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            return Task.CompletedTask;
        }

        return HandleAsync(context, files.Find(PageFiles.Index)!);
    }

    /// <summary>Serves one of the other files of the page.</summary>
    public Task HandleFileAsync(HttpContext context) =>
        context.GetRouteValue("file") is string name && name != PageFiles.Index && files.Find(name) is { } file
            ? HandleAsync(context, file)
            : refusals.NotFoundAsync(context);

    private async Task HandleAsync(HttpContext context, PageFile file)
    {
        if (await refusals.AnswerMethodAsync(context, Methods))
        {
            return;
        }

        HttpResponse response = context.Response;
        IHeaderDictionary headers = response.Headers;
        headers.ETag = file.Tag;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        if (HasIt(context.Request, file))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        using AnswerLease room = admission.RoomOf(context);
        if (!room.TryTake(AnswerRoom.PieceBytes))
        {
            response.Clear();
            await refusals.WriteAsync(context, room.Refuse(AnswerRoom.PieceBytes));
            return;
        }

        try
        {
            response.ContentType = file.MediaType;
            response.ContentLength = file.Bytes.Length;
            await WriteAsync(context, HttpMethods.IsHead(context.Request.Method) ? default : file.Bytes);
        }
        finally
        {
            room.Return(AnswerRoom.PieceBytes);
        }
    }

    /// <summary>Writes in pieces: the pipe of the response copies what the client has not received.</summary>
    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            int length = Math.Min(rest.Length, AnswerRoom.PieceBytes);
            await context.Response.Body.WriteAsync(rest[..length], context.RequestAborted);
            rest = rest[length..];
        }
    }

    /// <summary>Whether the client already has this version (RFC 9110, section 13.1.2).</summary>
    private static bool HasIt(HttpRequest request, PageFile file)
    {
        if (!EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out IList<EntityTagHeaderValue>? tags))
        {
            return false;
        }

        var current = new EntityTagHeaderValue(file.Tag);
        return tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: false));
    }
}
