using Longwave.Server.Admission;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Longwave.Server.Bodies;

/// <summary>Reads a form from a body, within the limits of a publish: <c>Engine:Limits:MaxRequestBytes</c> and the rates of the client.</summary>
internal sealed class FormBody(LongwaveOptions options, ReceivingBudget budget, AdmissionControl admission, TimeProvider clock)
{
    /// <summary>The media type of a form.</summary>
    public const string MediaType = "application/x-www-form-urlencoded";

    /// <summary>Reads the body, and runs an action while its bytes still count as being received.</summary>
    /// <param name="context">The request.</param>
    /// <param name="owner">Issuer and subject of the caller; null for an anonymous one.</param>
    /// <param name="then">The action, with the form as it was sent.</param>
    public async ValueTask<Problem?> ReadAsync(
        HttpContext context, (string Issuer, string Subject)? owner, Func<byte[], PublishPermit?, ValueTask<Problem?>> then)
    {
        Problem? problem = CheckType(context.Request.Headers);
        if (problem is not null)
        {
            return problem;
        }

        problem = admission.TryAdmitPublish(context, owner, out PublishPermit? permit);
        if (problem is not null)
        {
            return problem;
        }

        using PublishPermit? held = permit;
        using BodyReader reader = BodyReader.Open(context, options.Engine.Limits.MaxRequestBytes, options.Server.RequestBodyTimeout, budget, permit, clock);
        problem = reader.CheckDeclaredLength();
        if (problem is not null)
        {
            return problem;
        }

        (problem, byte[] body) = await reader.ReadAllAsync(context.RequestAborted);
        return problem ?? await then(body, permit);
    }

    private static Problem? CheckType(IHeaderDictionary headers)
    {
        if (StringValues.IsNullOrEmpty(headers.ContentType) || !MediaTypeHeaderValue.TryParse(headers.ContentType.ToString(), out MediaTypeHeaderValue? media))
        {
            return new Problem(ProblemTypes.InvalidParameter, $"`Content-Type` must be `{MediaType}`.", "Content-Type");
        }

        StringSegment charset = HeaderUtilities.RemoveQuotes(media.Charset);
        return !media.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase) || !StringValues.IsNullOrEmpty(headers.ContentEncoding)
            ? new Problem(ProblemTypes.UnsupportedMediaType, $"The body must be `{MediaType}`, not compressed.", "Content-Type")
            : charset.HasValue && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                ? new Problem(ProblemTypes.UnsupportedCharset, "The form must be UTF-8.", "Content-Type")
                : null;
    }
}
