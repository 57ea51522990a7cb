namespace Longwave.Server.Http;

/// <summary>A kind of rejection: a stable code for programs, and a remedy for people.</summary>
/// <param name="Name">Last part of the problem's <c>type</c>; never changes once published.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Title">Title, the same for every occurrence (RFC 9457, section 3.1.3).</param>
/// <param name="Remedy">What to do, for the reference.</param>
public sealed record ProblemType(string Name, int Status, string Title, string Remedy)
{
    /// <summary>Prefix of every <c>type</c>.</summary>
    public const string Prefix = "https://longwave.dev/problems/";

    /// <summary>The <c>type</c> member of the problem document.</summary>
    public string Uri { get; } = Prefix + Name;
}
