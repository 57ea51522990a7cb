using Longwave.Engine.Revocations;
using Longwave.Engine.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Longwave.Engine.Tests.Revocations;

public sealed class RevocationListTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("longwave-").FullName;
    private readonly ManualClock _clock = new();

    [Fact]
    public void IsRevoked_Token_AppliesToThatTokenAndSurvivesARestart()
    {
        using (RevocationList list = Open())
        {
            Assert.Equal(RevocationOutcome.Stored, list.Add(new Revocation(RevocationKind.Token, "", "t1"), _clock.GetUtcNow(), In(1)));
        }

        using RevocationList again = Open();
        Assert.True(again.IsRevoked("iss", "alice", "t1", _clock.GetUtcNow()));
        Assert.False(again.IsRevoked("iss", "alice", "t2", _clock.GetUtcNow()));
        Assert.False(again.IsRevoked("iss", "t1", null, _clock.GetUtcNow()));
    }

    [Fact]
    public void IsRevoked_Subject_AppliesToTokensIssuedBefore()
    {
        using RevocationList list = Open();
        DateTimeOffset before = _clock.GetUtcNow();
        list.Add(new Revocation(RevocationKind.Subject, "", "alice"), _clock.GetUtcNow(), In(1));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(list.IsRevoked("iss", "alice", null, before));
        Assert.True(list.IsRevoked("iss", "alice", "x", issuedAt: null));
        Assert.False(list.IsRevoked("iss", "alice", null, _clock.GetUtcNow()));
        Assert.False(list.IsRevoked("iss", "bob", null, before));
    }

    [Fact]
    public void IsRevoked_SubjectOfAnIssuerWhoseClockIsAhead_AppliesToTokensIssuedBefore()
    {
        TimeSpan skew = TimeSpan.FromSeconds(10);
        using RevocationList list = Open();
        DateTimeOffset aheadBefore = _clock.GetUtcNow() + skew;
        list.Add(new Revocation(RevocationKind.Subject, "", "alice"), _clock.GetUtcNow() + skew, In(1));
        Assert.True(list.IsRevoked("iss", "alice", null, aheadBefore));
        Assert.False(list.IsRevoked("iss", "alice", null, aheadBefore.AddSeconds(1)));

        // The same subject again, after the hub's clock was set back: revoked tokens stay revoked.
        list.Add(new Revocation(RevocationKind.Subject, "", "alice"), _clock.GetUtcNow().AddHours(-1), In(1));
        Assert.True(list.IsRevoked("iss", "alice", null, aheadBefore));
    }

    [Fact]
    public void IsRevoked_TokenWithoutSubject_IsFoundByItsId()
    {
        using RevocationList list = Open();
        list.Add(new Revocation(RevocationKind.Token, "", "t1"), _clock.GetUtcNow(), DateTimeOffset.MaxValue);
        _clock.Advance(TimeSpan.FromDays(10_000));
        Assert.True(list.IsRevoked("", null, "t1", null));
        Assert.False(list.IsRevoked("", null, "t2", null));
        Assert.False(list.IsRevoked("", null, null, null));
    }

    [Fact]
    public void IsRevoked_OfOneIssuer_DoesNotAffectOthers()
    {
        using RevocationList list = Open();
        list.Add(new Revocation(RevocationKind.Subject, "one", "alice"), _clock.GetUtcNow(), In(1));
        Assert.True(list.IsRevoked("one", "alice", null, null));
        Assert.False(list.IsRevoked("other", "alice", null, null));

        // Joined to one string, ("on", "ealice") would be the same.
        Assert.False(list.IsRevoked("on", "ealice", null, null));
    }

    [Fact]
    public void Add_AtTheLimit_IsRejectedUntilSomeExpire()
    {
        using RevocationList list = Open(most: 2);
        list.Add(new Revocation(RevocationKind.Token, "", "1"), _clock.GetUtcNow(), In(1));
        list.Add(new Revocation(RevocationKind.Token, "", "2"), _clock.GetUtcNow(), In(2));
        Assert.Equal(RevocationOutcome.Stored, list.Add(new Revocation(RevocationKind.Token, "", "2"), _clock.GetUtcNow(), In(2)));
        Assert.Equal(RevocationOutcome.TooMany, list.Add(new Revocation(RevocationKind.Token, "", "3"), _clock.GetUtcNow(), In(3)));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(list.IsRevoked("", "", "1", null));
        Assert.Equal(RevocationOutcome.Stored, list.Add(new Revocation(RevocationKind.Token, "", "3"), _clock.GetUtcNow(), In(3)));
        Assert.Equal(2, list.Count);
    }

    /// <summary>A hub without revocations checks only their number, so the number must follow additions, expiry and a restart.</summary>
    [Fact]
    public void IsRevoked_FirstAfterAllHaveExpired_Holds()
    {
        using (RevocationList list = Open(most: 1))
        {
            Assert.Equal((0, false), (list.Count, list.IsRevoked("", "", "1", null)));
            list.Add(new Revocation(RevocationKind.Token, "", "1"), _clock.GetUtcNow(), In(1));
            Assert.Equal((1, true), (list.Count, list.IsRevoked("", "", "1", null)));
            _clock.Advance(TimeSpan.FromHours(1));
            list.Add(new Revocation(RevocationKind.Token, "", "2"), _clock.GetUtcNow(), In(1));
            Assert.Equal((1, false, true), (list.Count, list.IsRevoked("", "", "1", null), list.IsRevoked("", "", "2", null)));
        }

        using RevocationList again = Open();
        Assert.Equal((1, true), (again.Count, again.IsRevoked("", "", "2", null)));
    }

    [Fact]
    public void Open_NotADatabase_NamesTheFile()
    {
        File.WriteAllText(Path.Combine(_directory, "revocations.db"), new string('x', 4_096));
        LogUnavailableException failed = Assert.Throws<LogUnavailableException>(() => Open());
        Assert.Contains("revocations.db", failed.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private RevocationList Open(int most = 100) => RevocationList.Open(_directory, most, _clock, NullLoggerFactory.Instance);

    private DateTimeOffset In(int hours) => _clock.GetUtcNow().AddHours(hours);
}
