namespace Longwave.Server.Http;

/// <summary>A kind of refusal: what a program can tell apart, and what a person should do about it.</summary>
/// <param name="Name">Last part of the problem's <c>type</c>; never changes once published.</param>
/// <param name="Status">HTTP status it is sent with.</param>
/// <param name="Title">What it is, the same every time (RFC 9457, section 3.1.3).</param>
/// <param name="Remedy">What the reader should do, for the reference.</param>
public sealed record ProblemType(string Name, int Status, string Title, string Remedy)
{
    /// <summary>What every <c>type</c> begins with.</summary>
    public const string Prefix = "https://longwave.dev/problems/";

    /// <summary>The <c>type</c> member of the problem document.</summary>
    public string Uri { get; } = Prefix + Name;
}
