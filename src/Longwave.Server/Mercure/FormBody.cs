using Longwave.Server.Admission;
using Longwave.Server.Bodies;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Longwave.Server.Mercure;

/// <summary>Reads a form from a body, within the limits of a publish.</summary>
internal sealed class FormBody(LongwaveOptions options, ReceivingBudget budget, AdmissionControl admission, TimeProvider clock)
{
    /// <summary>Maximum number of fields of one form or query: a thousand topics, and the other fields.</summary>
    public const int MaxFields = 2_000;

    private const string MediaType = "application/x-www-form-urlencoded";

    /// <summary>The problem of a form that is not valid UTF-8, or has too many fields.</summary>
    public static Problem Malformed(string field) =>
        new(ProblemTypes.MalformedBody, $"Percent-decoded names and values must be valid UTF-8, and there must be at most {MaxFields} fields.", field);

    /// <summary>Adds the fields of the body.</summary>
    public ValueTask<Problem?> AddAsync(HttpContext context, Caller caller, FormFields fields) => ReadAsync(context, caller, fields, static _ => ValueTask.FromResult<Problem?>(null));

    /// <summary>Adds the fields of the body, and runs an action while its bytes still count as being received.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="fields">Receives the fields.</param>
    /// <param name="then">The action.</param>
    public async ValueTask<Problem?> ReadAsync(HttpContext context, Caller caller, FormFields fields, Func<PublishPermit?, ValueTask<Problem?>> then)
    {
        Problem? problem = CheckType(context.Request.Headers);
        if (problem is not null)
        {
            return problem;
        }

        problem = admission.TryAdmitPublish(context, caller.Owner, out PublishPermit? permit);
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
        return problem ?? (fields.TryAdd(body, MaxFields) ? await then(permit) : Malformed("body"));
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
