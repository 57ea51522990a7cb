namespace Longwave.Server.Tests.Mercure;

/// <summary>
/// A hub that does not announce subscriptions, for tests which say that nothing was appended: an announcement about the stream of the test
/// before would be appended in the midst of them.
/// </summary>
public sealed class PublishFixture() : MercureFixture(static options => options.Mercure.Subscriptions = false);
