namespace Longwave.Server.Tests.Mercure;

/// <summary>
/// A hub without subscription updates, for tests that check that nothing was appended: an update about the stream of an
/// earlier test could otherwise be appended during the check.
/// </summary>
public sealed class PublishFixture() : MercureFixture(static options => options.Mercure.Subscriptions = false);
