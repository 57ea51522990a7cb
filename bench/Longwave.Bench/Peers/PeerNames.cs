namespace Longwave.Bench.Peers;

/// <summary>What the peers are called in results; targets and charts refer to them.</summary>
internal static class PeerNames
{
    public const string Floor = "send() floor";
    public const string Longwave = "Longwave";
    public const string LongwavePipe = "Longwave, PipeWriter sink";
    public const string Nchan = "nchan";
    public const string BetterSse = "better-sse";
    public const string AspNet = "ASP.NET Core";
}
