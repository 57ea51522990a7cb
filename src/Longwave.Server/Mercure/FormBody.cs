using Longwave.Server.Admission;
using Longwave.Server.Bodies;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Longwave.Server.Mercure;

/// <summary>Reads a body that is a form, within the bounds of every publish.</summary>
internal sealed class FormBody(LongwaveOptions options, ReceivingBudget budget, AdmissionControl admission, TimeProvider clock)
{
    /// <summary>Most fields of one form, and of one query: a thousand topics, and what else there is.</summary>
    public const int MaxFields = 2_000;

    private const string MediaType = "application/x-www-form-urlencoded";

    /// <summary>Text that is no text.</summary>
    public static Problem Malformed(string field) =>
        new(ProblemTypes.MalformedBody, $"Percent-decoded names and values must be valid UTF-8, and there must be at most {MaxFields} fields.", field);

    /// <summary>Adds the fields of the body.</summary>
    public ValueTask<Problem?> AddAsync(HttpContext context, Caller caller, FormFields fields) => ReadAsync(context, caller, fields, static _ => ValueTask.FromResult<Problem?>(null));

    /// <summary>Adds the fields of the body, and does something while its bytes still count as being received.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">Who sends it.</param>
    /// <param name="fields">Where the fields go.</param>
    /// <param name="then">What is done with them.</param>
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
