using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.SearchIndex;

public sealed class SearchIndexWindowTests
{
    private static readonly SearchIndexStamp Stamp = new(7, 1);

    private static readonly SearchIndexObservation Whole = new(Stamp, TimeSpan.FromHours(5), null, TempIsStale: false);

    private static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_whole_copy_far_from_the_next_firing_is_captured()
    {
        Assert.Equal(
            SearchIndexAction.Proceed,
            Decide(Source("0 0 3 * * ?"), Whole, Noon, TimeSpan.FromHours(2)).Action
        );
    }

    [Fact]
    public void A_firing_within_the_expected_time_is_waited_for_and_past_maxWait_refused()
    {
        DateTimeOffset now = Noon.AddHours(14.5);
        SearchIndexDecision wait = Decide(Source("0 0 3 * * ?"), Whole, now, TimeSpan.FromHours(1));
        Assert.Equal(
            (SearchIndexAction.WaitUntil, Noon.AddHours(15) + SearchIndexWindow.FiringGrace),
            (wait.Action, wait.Until)
        );
        Assert.Contains("03:00", wait.Reason);

        Assert.Equal(
            SearchIndexAction.Refuse,
            Decide(Source("0 0 3 * * ?", maxWait: TimeSpan.FromMinutes(10)), Whole, now, TimeSpan.FromHours(1)).Action
        );
        SearchIndexDecision refuse = Decide(Source("0 0 3 * * ?", OnWindow.Refuse), Whole, now, TimeSpan.FromHours(1));
        Assert.Equal(SearchIndexAction.Refuse, refuse.Action);
        Assert.Contains("onWindow", refuse.Reason);
    }

    [Fact]
    public void The_zone_of_the_server_counts()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich");
        SearchIndexSource source = Source("0 0 3 * * ?", zone: zone);
        Assert.Equal(
            SearchIndexAction.WaitUntil,
            Decide(source, Whole, Noon.AddHours(12.9), TimeSpan.FromHours(1)).Action
        );
        Assert.Equal(
            SearchIndexAction.Proceed,
            Decide(source, Whole, Noon.AddHours(14.5), TimeSpan.FromHours(1)).Action
        );
    }

    [Fact]
    public void A_running_job_is_waited_for_even_where_the_target_is_missing()
    {
        var running = new SearchIndexObservation(null, null, Noon.AddMinutes(-1), TempIsStale: false);
        Assert.Equal(
            (SearchIndexAction.WaitUntil, Noon + SearchIndexWindow.LookAgain),
            Decide(Source("0 0 3 * * ?"), running, Noon, TimeSpan.Zero) is var d ? (d.Action, d.Until!.Value) : default
        );
    }

    [Fact]
    public void A_job_that_just_fired_gets_time_to_begin_unless_its_copy_is_there()
    {
        SearchIndexSource source = Source("0 0 12 * * ?");
        DateTimeOffset now = Noon.AddSeconds(30);
        Assert.Equal(SearchIndexAction.WaitUntil, Decide(source, Whole, now, TimeSpan.Zero).Action);
        Assert.Equal(
            SearchIndexAction.Proceed,
            Decide(source, Whole with { Age = TimeSpan.FromSeconds(5) }, now, TimeSpan.Zero).Action
        );
        Assert.Equal(
            SearchIndexAction.Proceed,
            Decide(source, Whole, Noon + SearchIndexWindow.FiringGrace, TimeSpan.Zero).Action
        );

        // A copy of the future may be of any time.
        Assert.Equal(
            SearchIndexAction.WaitUntil,
            Decide(source, Whole with { Age = TimeSpan.FromDays(-400) }, now, TimeSpan.Zero).Action
        );
    }

    [Fact]
    public void No_gap_between_firings_that_is_long_enough_is_refused_at_once()
    {
        SearchIndexDecision decision = Decide(Source("0 0 * * * ?"), Whole, Noon.AddMinutes(30), TimeSpan.FromHours(2));
        Assert.Equal(SearchIndexAction.Refuse, decision.Action);
        Assert.Contains("no gap", decision.Reason);
    }

    [Fact]
    public void An_absent_index_is_a_fault_of_the_source_that_names_the_way_out()
    {
        var absent = new SearchIndexObservation(null, null, null, TempIsStale: false);
        var stale = new SearchIndexObservation(null, null, Noon.AddDays(-1), TempIsStale: true);
        foreach (SearchIndexObservation? seen in new[] { absent, stale })
        {
            PermanentException fault = Assert.Throws<PermanentException>(() =>
                Decide(Source("0 0 3 * * ?"), seen, Noon, TimeSpan.Zero)
            );
            Assert.Equal(ErrorKind.Source, fault.Kind);
            Assert.Contains("\"kind\": \"none\"", fault.Message);
        }
    }

    [Fact]
    public void An_old_copy_and_a_crashed_job_are_warnings()
    {
        var seen = new SearchIndexObservation(Stamp, TimeSpan.FromHours(30), Noon.AddDays(-1), TempIsStale: true);
        Assert.Equal(2, SearchIndexWindow.Warnings(Source("0 0 3 * * ?"), seen).Count());
        Assert.Empty(SearchIndexWindow.Warnings(Source("0 0 3 * * ?"), Whole));
        Assert.Contains(
            "9600.0 hours in the future",
            Assert.Single(
                SearchIndexWindow.Warnings(Source("0 0 3 * * ?"), Whole with { Age = TimeSpan.FromDays(-400) })
            )
        );
    }

    [Theory]
    [InlineData("0 0 3 ? * MON-FRI", "2026-05-08T12:00Z", "2026-05-11T03:00Z")]
    [InlineData("0 0 3 L * ?", "2026-02-10T00:00Z", "2026-02-28T03:00Z")]
    [InlineData("0 0 3 15W * ?", "2026-08-01T00:00Z", "2026-08-14T03:00Z")]
    [InlineData("0 0 3 ? * 6#3", "2026-05-01T00:00Z", "2026-05-15T03:00Z")]
    [InlineData("0 0 3 1 1 ? 2027", "2026-05-01T00:00Z", "2027-01-01T03:00Z")]
    [InlineData("0 0 3 1 1 ? 2099", "2026-05-01T00:00Z", null)]
    [InlineData("0 0 3 1 1 ? 2020", "2026-05-01T00:00Z", null)]
    public void Quartz_syntax_is_read_in_full(string cron, string after, string? next)
    {
        var schedule = SearchIndexSchedule.Parse(cron, TimeZoneInfo.Utc, "x");
        Assert.Equal(
            next is null ? null : DateTimeOffset.Parse(next),
            schedule.NextFiring(DateTimeOffset.Parse(after))
        );
    }

    [Theory]
    [InlineData("0 3 * * *")]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("0 0 3 * * * * *")]
    public void Other_syntax_is_refused_by_its_setting(string cron)
    {
        PermanentException fault = Assert.Throws<PermanentException>(() =>
            SearchIndexSchedule.Parse(cron, TimeZoneInfo.Utc, "installation.index.cron")
        );
        Assert.Equal(ErrorKind.Configuration, fault.Kind);
        Assert.StartsWith("installation.index.cron", fault.Message, StringComparison.Ordinal);
    }

    private static SearchIndexDecision Decide(
        SearchIndexSource source,
        SearchIndexObservation seen,
        DateTimeOffset now,
        TimeSpan expected
    ) => SearchIndexWindow.Decide(source, seen, now, expected, now + source.MaxWait);

    private static SearchIndexSource Source(
        string cron,
        OnWindow onWindow = OnWindow.Wait,
        TimeSpan? maxWait = null,
        TimeZoneInfo? zone = null
    ) =>
        new(
            "/data/backup-lucene-indexes",
            SearchIndexSchedule.Parse(cron, zone ?? TimeZoneInfo.Utc, "x"),
            onWindow,
            maxWait ?? TimeSpan.FromHours(2),
            TimeSpan.FromHours(26),
            []
        );
}
