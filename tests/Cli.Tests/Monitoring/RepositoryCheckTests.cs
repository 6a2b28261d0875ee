using AlfrescoBackupFlows.Cli.Monitoring;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.SetChecks;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Monitoring;

public sealed class RepositoryCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly CheckLimits Usual = new(TimeSpan.FromHours(36), null, null);
    private static readonly SetSummary Last = Set(2, Now.AddHours(-8));
    private static readonly SetSummary Before = Set(1, Now.AddHours(-32));

    [Fact]
    public void A_consistent_set_that_is_new_enough_is_OK_and_the_line_has_its_numbers()
    {
        CheckLimits limits = new(TimeSpan.FromHours(36), TimeSpan.FromDays(8), null);
        CheckDocument check = Judge([Last, Before], [Verified(Last, "structure", passed: true, hoursAgo: 2)], limits);

        Assert.Equal(("OK", 0, 28_800d, 7_200d, null), Numbers(check));
        Assert.Equal(
            $"ABF OK - set {Last.Id} is 8:00:00 old; verified 2:00:00 ago; no drill is recorded "
                + "| age=28800s;;129600;0 verify_age=7200s;691200;;0 sets=2;;;0",
            PluginLine.Write(check, limits)
        );
    }

    [Fact]
    public void A_set_that_is_too_old_of_the_future_or_not_there_is_CRITICAL()
    {
        Assert.Equal(
            $"the newest consistent set {Last.Id} is 8:00:00 old, more than 7h",
            Problem(2, Judge([Last], [], Usual with { MaxAge = TimeSpan.FromHours(7) }))
        );
        Assert.Equal("there is no set yet", Problem(2, Judge([], [], Usual)));
        Assert.Contains("in the future", Problem(2, Judge([Set(3, Now.AddHours(1))], [], Usual)));
    }

    [Fact]
    public void An_imported_set_or_one_that_is_not_consistent_is_no_backup_of_tonight()
    {
        SetSummary imported = Last with { Imported = true };
        SetSummary spoilt = Last with { Consistent = false, Missing = 3 };

        Assert.Equal(Before.Id.ToString(), Judge([imported, Before], [], Usual).Set);
        Assert.Equal("OK", Judge([imported, Before], [], Usual).State);
        Assert.Equal($"newer sets are not consistent: {Last.Id}", Problem(1, Judge([spoilt, Before], [], Usual)));
        Assert.Equal("no set is consistent", Problem(2, Judge([spoilt], [], Usual)));
    }

    [Fact]
    public void A_failed_verification_stands_until_one_that_looks_as_far_passes()
    {
        SetCheck data = Verified(Before, "data", passed: false, hoursAgo: 9);
        SetCheck shallow = Verified(Before, "structure", passed: true, hoursAgo: 3);
        SetCheck deep = Verified(Before, "data", passed: true, hoursAgo: 1);
        SetCheck other = Verified(Last, "data", passed: true, hoursAgo: 1);

        Assert.Equal(
            $"verification FAILED for {Before.Id}",
            Problem(2, Judge([Last, Before], [data, shallow, other], Usual))
        );
        Assert.Equal("OK", Judge([Last, Before], [data, shallow, deep], Usual).State);
        Assert.Equal("OK", Judge([Last], [data], Usual).State);
    }

    [Fact]
    public void Of_drills_the_last_counts_and_its_age_where_it_is_asked_for()
    {
        SetCheck failed = Drilled(Last, passed: false, hoursAgo: 50);
        SetCheck passed = Drilled(Before, passed: true, hoursAgo: 49);
        CheckLimits limits = Usual with { MaxVerifyAge = TimeSpan.FromDays(8), MaxDrillAge = TimeSpan.FromDays(2) };

        Assert.Equal($"the last drill FAILED: set {Last.Id}", Problem(2, Judge([Last, Before], [failed], Usual)));
        Assert.Equal("OK", Judge([Last, Before], [failed, passed], Usual).State);
        Assert.Equal(
            $"the last drill FAILED: set {Before.Id}",
            Problem(
                2,
                Judge(
                    [Last with { Imported = true }, Before],
                    [Drilled(Before, passed: false, hoursAgo: 50), Drilled(Last, passed: true, hoursAgo: 49)],
                    Usual
                )
            )
        );
        Assert.Equal(
            ["no verification is recorded", "the last drill was 49:00:00 ago, more than 2d"],
            Judge([Last, Before], [failed, passed], limits).Problems
        );
    }

    [Fact]
    public void An_alarm_is_CRITICAL_and_comes_before_what_is_less_and_the_line_stays_one()
    {
        CheckLimits limits = Usual with { MaxDrillAge = TimeSpan.FromDays(2) };
        CheckDocument check = new RepositoryCheck(
            SetFacts.Of([Last], SetCheckTable.Empty),
            ["the log | was\nrolled back"],
            Now
        ).Judge(limits);

        Assert.Equal(2, check.Code);
        Assert.StartsWith(
            "ABF CRITICAL - the log / was rolled back; no drill is recorded | age=28800s;",
            PluginLine.Write(check, limits)
        );
    }

    private static CheckDocument Judge(SetSummary[] sets, SetCheck[] checks, CheckLimits limits) =>
        new RepositoryCheck(
            SetFacts.Of(sets, SetCheckTable.Empty.With(checks, checks.Select(check => check.Set).ToHashSet())),
            [],
            Now
        ).Judge(limits);

    private static string Problem(int code, CheckDocument check)
    {
        Assert.Equal(code, check.Code);
        return Assert.Single(check.Problems);
    }

    private static (string, int, double?, double?, double?) Numbers(CheckDocument check) =>
        (check.State, check.Code, check.AgeSeconds, check.VerificationAgeSeconds, check.DrillAgeSeconds);

    private static SetSummary Set(int number, DateTimeOffset time) =>
        new()
        {
            Sequence = number,
            Id = RunId.Create(time, new Guid(number, 0, 0, new byte[8])),
            Installation = "acme",
            Started = time,
            Sealed = time,
            Consistent = true,
            Missing = 0,
            Files = 1,
            Bytes = 1,
            AddedBytes = 1,
            Parent = null,
        };

    private static SetCheck Verified(SetSummary set, string depth, bool passed, int hoursAgo) =>
        new(
            set.Id,
            SetCheckKinds.Verify,
            depth,
            Now.AddHours(-hoursAgo),
            Now.AddHours(-hoursAgo),
            passed,
            passed ? 0 : 1,
            [],
            "test"
        );

    private static SetCheck Drilled(SetSummary set, bool passed, int hoursAgo) =>
        Verified(set, "", passed, hoursAgo) with
        {
            Kind = SetCheckKinds.Drill,
            Depth = null,
        };
}
