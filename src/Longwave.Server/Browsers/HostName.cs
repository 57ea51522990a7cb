namespace Longwave.Server.Browsers;

/// <summary>Spelling of host names as browsers send them.</summary>
internal static class HostName
{
    /// <summary>The name in lower case and ASCII: browsers send an internationalized name in its ASCII form (RFC 5891), e.g. <c>xn--bcher-kva.example</c>.</summary>
    public static string ToAscii(string name) =>
        Uri.CheckHostName(name) == UriHostNameType.Dns && Uri.TryCreate($"http://{name}", UriKind.Absolute, out Uri? uri)
            ? uri.IdnHost.ToLowerInvariant()
            : name.ToLowerInvariant();
}
