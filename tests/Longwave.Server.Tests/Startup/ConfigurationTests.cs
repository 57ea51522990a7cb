using Longwave.Engine.Configuration;
using Longwave.Server.Configuration;
using Longwave.Server.Http;
using Longwave.Server.Startup;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Longwave.Server.Tests.Startup;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("topics", "topic")]
    [InlineData("last-event-id", "last_event_id")]
    [InlineData("LastEventId", "last_event_id")]
    [InlineData("form", "format")]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("completely_different", null)]
    public void Nearest_MisspeltWord_IsTheIntendedOne(string word, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(word, ["topic", "type", "last_event_id", "since", "format"]));

    [Fact]
    public void Nearest_VeryLongWord_IsNotCompared() => Assert.Null(Suggestion.Nearest(new string('t', 10_000), ["topic", new string('t', 10_000)]));

    [Theory]
    [InlineData("Engine:Heartbeat", "00:00:10", null)]
    [InlineData("engine:limits:maxtopics", "5", null)]
    [InlineData("Engine:Policies:0:Selector", "*", null)]
    [InlineData("Engine:Hartbeat", "1", "Unknown configuration key `Engine:Hartbeat`: did you mean `Heartbeat`?")]
    [InlineData("Engine:Limits:MaxTopic", "1", "Unknown configuration key `Engine:Limits:MaxTopic`: did you mean `MaxTopics`?")]
    [InlineData("Serverr:Page", "1", "Unknown configuration key `Serverr`: did you mean `Server`?")]
    [InlineData("Something", "1", "Unknown configuration key `Something`: known here: Auth, Engine, Mercure, Server.")]
    [InlineData("Engine:Policies:0:MaxAges", "1", "Unknown configuration key `Engine:Policies:0:MaxAges`: did you mean `MaxAge`?")]
    [InlineData("Engine:Policies:first:MaxAge", "1", "Configuration key `Engine:Policies` is a list: `first` is not an index.")]
    [InlineData("Engine:Heartbeat:Seconds", "1", "Configuration key `Engine:Heartbeat` must have one value, not a section.")]
    [InlineData("Engine:Limits", "1", "Configuration key `Engine:Limits` is a section and cannot have a value itself.")]
    public void Find_InvalidKey_NamesTheProblem(string key, string value, string? sentence)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>(key, value)]).Build();
        Assert.Equal(sentence is null ? [] : [sentence], UnknownKeys.Find(configuration, typeof(LongwaveOptions)));
    }

    [Fact]
    public void Validate_Defaults_AreValid() => Assert.True(new OptionsCheck().Validate(null, new LongwaveOptions()).Succeeded);

    public static TheoryData<string, Action<LongwaveOptions>> Wrong => new()
    {
        { "Engine:Heartbeat:", options => options.Engine.Heartbeat = TimeSpan.Zero },
        { "Engine:DataDirectory:", options => options.Engine.DataDirectory = "" },
        { "Engine:Limits:MaxTopics:", options => options.Engine.Limits.MaxTopics = 0 },
        { "Engine:Limits: must not be null", options => options.Engine.Limits = null! },
        { "Engine:Policies: must not be null", options => options.Engine.Policies = null! },
        { "Engine:Policies:1:MaxCount:", options => options.Engine.Policies = [new TopicPolicy(), new TopicPolicy { MaxCount = -1 }] },
        { "Engine:Policies:0:MaxAge:", options => options.Engine.Policies = [new TopicPolicy { MaxAge = TimeSpan.FromSeconds(-1) }] },
        { "Engine:Policies:0:Selector: `{` is not a selector", options => options.Engine.Policies = [new TopicPolicy { Selector = "{" }] },
        { "Engine:RetryMin:", options => options.Engine.RetryMin = TimeSpan.FromMinutes(1) },
        { "Server:RetryAfterMin:", options => options.Server.RetryAfterMin = TimeSpan.FromMinutes(1) },
        { "Server:MaxPollBytes:", options => options.Server.MaxPollBytes = 0 },
        { "Server:AllowedOrigins:0: `https://a.example/` is not an origin", options => options.Server.AllowedOrigins = ["https://a.example/"] },
        { "Server:AllowedOrigins:0: `null` is not an origin", options => options.Server.AllowedOrigins = ["null"] },
        { "Server:AllowedOrigins:1: `https://*` is not an origin", options => options.Server.AllowedOrigins = ["https://a.example", "https://*"] },
        { "Server:AllowedOrigins: `*` allows every page", options => options.Server.AllowedOrigins = ["*", "https://a.example"] },
        { "Server:AllowedOrigins: must not be null", options => options.Server.AllowedOrigins = null! },
        { "Server:AllowedHosts:0: `https://a.example` is not a host", options => options.Server.AllowedHosts = ["https://a.example"] },
        { "Server:AllowedHosts:0: `a.example:x` is not a host", options => options.Server.AllowedHosts = ["a.example:x"] },
        { "Server:TrustedProxies:0: `10.0.0.0/99` is not a network", options => options.Server.TrustedProxies = ["10.0.0.0/99"] },
        { "Server:TrustedProxies:0: `proxy` is not a network", options => options.Server.TrustedProxies = ["proxy"] },
        { "Engine:Limits:MaxRequestEvents: 10000 is more than Server:Admission:Address:EventBurst, 1:", options => options.Server.Admission.Address.EventBurst = 1 },
        { "Engine:Limits:MaxRequestBytes: 8388608 is more than Server:Admission:Subject:ByteBurst, 1:", options => options.Server.Admission.Subject.ByteBurst = 1 },
        { "Server:Admission:MaxMemoryShare:", options => options.Server.Admission.MaxMemoryShare = 2 },
        { "Server:Admission: must not be null", options => options.Server.Admission = null! },
        { "Engine:Limits:MaxEventBytes:", options => options.Engine.Limits.MaxEventBytes = options.Engine.Limits.MaxRequestBytes + 1 },
        { "Engine:Limits:MaxRequestBytes:", options => options.Engine.Limits.MaxQueuedBytes = 1_024 },
        { "Engine:Limits:MaxRequestBytes:", options => options.Server.MaxReceivingBytes = 1_024 },
        { "Server:MaxTelemetryBytes: 65536 is more than Server:MaxReceivingBytes, 1024:", options => options.Server.MaxReceivingBytes = 1_024 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Validate_AWrongValue_IsNamedWithItsPath(string beginning, Action<LongwaveOptions> change)
    {
        var options = new LongwaveOptions();
        change(options);
        ValidateOptionsResult result = new OptionsCheck().Validate(null, options);
        Assert.Contains(result.Failures ?? [], failure => failure.StartsWith(beginning, StringComparison.Ordinal));
    }
}
