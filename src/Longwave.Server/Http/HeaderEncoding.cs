using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Http;

/// <summary>The encoding of response headers. Publishers may choose any characters for an event id, but the web server rejects most of them unless its options name an encoding.</summary>
internal sealed class HeaderEncoding(IOptions<KestrelServerOptions> kestrel)
{
    /// <summary>Whether the web server sends this value of the header as UTF-8.</summary>
    public bool CanSend(string header, string value) =>
        Ascii.IsValid(value) || kestrel.Value.ResponseHeaderEncodingSelector(header)?.CodePage == Encoding.UTF8.CodePage;
}
