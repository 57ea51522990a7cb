namespace Longwave.Protocol.CloudEvents;

/// <summary>Classification of media types for CloudEvents.</summary>
internal static class MediaType
{
    /// <summary>True for <c>application/json</c>, <c>text/json</c>, <c>…/…+json</c> (JSON event format, section 3.1), with any parameters.</summary>
    public static bool IsJson(ReadOnlySpan<char> contentType)
    {
        if (contentType is "application/json")
        {
            return true;
        }

        int parameters = contentType.IndexOf(';');
        ReadOnlySpan<char> type = (parameters < 0 ? contentType : contentType[..parameters]).Trim();
        return type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }
}
