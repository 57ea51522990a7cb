namespace Longwave.Server.Http;

/// <summary>A query parameter of an endpoint.</summary>
/// <param name="Name">Its name; case counts.</param>
/// <param name="Repeatable">Whether it may be given more than once.</param>
internal readonly record struct QueryParameter(string Name, bool Repeatable = false);
