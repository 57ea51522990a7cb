using System.Globalization;

namespace Longwave.Server.Http;

/// <summary>One element of an <c>Accept</c> header (RFC 9110, section 12.5.1).</summary>
internal readonly ref struct MediaRange
{
    private MediaRange(ReadOnlySpan<char> type, ReadOnlySpan<char> subtype, double quality)
    {
        Type = type;
        Subtype = subtype;
        Quality = quality;
    }

    public ReadOnlySpan<char> Type { get; }

    public ReadOnlySpan<char> Subtype { get; }

    /// <summary>Weight from 0 (not acceptable) to 1.</summary>
    public double Quality { get; }

    /// <summary>Reads one element; false when it is not a media range.</summary>
    public static bool TryParse(ReadOnlySpan<char> element, out MediaRange range)
    {
        range = default;
        int semicolon = element.IndexOf(';');
        ReadOnlySpan<char> media = (semicolon < 0 ? element : element[..semicolon]).Trim(" \t");
        int slash = media.IndexOf('/');
        if (slash <= 0 || slash == media.Length - 1 || (media[0] == '*' && media is not "*/*"))
        {
            return false;
        }

        double quality = 1;
        ReadOnlySpan<char> parameters = semicolon < 0 ? default : element[(semicolon + 1)..];
        foreach (Range part in parameters.Split(';'))
        {
            ReadOnlySpan<char> parameter = parameters[part].Trim(" \t");
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                && (!double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out quality) || quality is not (>= 0 and <= 1)))
            {
                return false;
            }
        }

        range = new MediaRange(media[..slash], media[(slash + 1)..], quality);
        return true;
    }

    /// <summary>Specificity of the match with a media type: 3 exact, 2 <c>type/*</c>, 1 <c>*/*</c>, 0 no match.</summary>
    public int Match(ReadOnlySpan<char> type, ReadOnlySpan<char> subtype)
    {
        if (Type is "*")
        {
            return 1;
        }

        if (!Type.Equals(type, StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        return Subtype is "*" ? 2 : Subtype.Equals(subtype, StringComparison.OrdinalIgnoreCase) ? 3 : 0;
    }
}
