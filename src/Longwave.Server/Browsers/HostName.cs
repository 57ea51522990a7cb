using System.Text;

namespace Longwave.Server.Browsers;

/// <summary>Spelling of host names as browsers send them.</summary>
internal static class HostName
{
    /// <summary>The name in lower case and ASCII: browsers send an internationalized name in its ASCII form (RFC 5891), e.g. <c>xn--bcher-kva.example</c>.</summary>
    /// <remarks>The web server decodes the name in <c>Host</c>, so it is converted here before it is compared.</remarks>
    public static string ToAscii(string name) =>
        !Ascii.IsValid(name) && Uri.CheckHostName(name) == UriHostNameType.Dns && Uri.TryCreate($"http://{name}", UriKind.Absolute, out Uri? uri)
            ? uri.IdnHost.ToLowerInvariant()
            : name.ToLowerInvariant();
}
