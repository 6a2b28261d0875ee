using System.Globalization;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Repository.Format;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Retention;

/// <summary>Which sets are kept. A set is written as its time; one with a question mark is not consistent.</summary>
public sealed class RetentionPolicyTests
{
    private static readonly KeepRules None = new(null, null, null, null, null, null);
    private static readonly TimeZoneInfo Zurich = TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich");

    [Fact]
    public void The_newest_of_each_period_are_kept_and_say_why()
    {
        SetVerdict[] verdicts = Judge(
            None with
            {
                Last = 1,
                Daily = 2,
                Weekly = 2,
                Monthly = 2,
                Yearly = 2,
            },
            "2025-12-31T12:00",
            "2026-10-30T01:00",
            "2026-11-12T01:00",
            "2026-11-20T01:00",
            "2026-11-21T01:00",
            "2026-11-21T13:00"
        );

        Assert.Equal(
            ["yearly", "monthly", "", "", "", "last daily weekly monthly yearly newest-consistent"],
            verdicts.Select(ReasonsWithoutDays)
        );

        // Two days, and two weeks: those of 12 and of 20 November.
        Assert.Equal(["weekly", "daily"], [.. verdicts[2].Reasons.Concat(verdicts[3].Reasons)]);

        static string ReasonsWithoutDays(SetVerdict verdict) =>
            verdict.Reasons is ["weekly"] or ["daily"] ? "" : string.Join(' ', verdict.Reasons);
    }

    [Theory]
    [InlineData("daily", "2026-03-28T22:30", "2026-03-28T23:30")] // Midnight in Zurich lies between.
    [InlineData("daily", "2026-03-29T21:30", "2026-03-29T22:30")] // In summer an hour earlier.
    [InlineData("weekly", "2025-12-28T12:00", "2026-01-01T12:00")] // Week 1 of 2026 begins on 29 December.
    [InlineData("monthly", "2026-10-31T22:30", "2026-10-31T23:30")]
    [InlineData("yearly", "2025-12-31T22:30", "2025-12-31T23:30")]
    public void Periods_are_those_of_the_zone(string rule, string first, string second)
    {
        KeepRules rules = rule switch
        {
            "daily" => None with { Daily = 9 },
            "weekly" => None with { Weekly = 9 },
            "monthly" => None with { Monthly = 9 },
            _ => None with { Yearly = 9 },
        };
        bool isOther = Judge(rules, first, second).All(verdict => verdict.Reasons.Contains(rule));

        Assert.True(isOther);
    }

    [Fact]
    public void Within_a_day_the_newest_counts_and_sets_that_are_not_consistent_take_no_others_place()
    {
        Assert.Equal(
            [false, true, false, true],
            Kept(
                None with
                {
                    Daily = 2,
                },
                "2026-11-20T01:00",
                "2026-11-20T02:00",
                "2026-11-20T03:00?",
                "2026-11-21T01:00"
            )
        );

        // Five bad nights: what is good before them is kept all the same, and the bad ones are no more than asked for.
        Assert.Equal(
            [false, true, true, false, true, true],
            Kept(
                None with
                {
                    Daily = 2,
                },
                "2026-11-15T01:00",
                "2026-11-16T01:00",
                "2026-11-17T01:00",
                "2026-11-18T01:00?",
                "2026-11-19T01:00?",
                "2026-11-20T01:00?"
            )
        );
    }

    [Fact]
    public void The_newest_consistent_set_is_kept_whatever_the_rules_say() =>
        Assert.Equal(
            [false, true, false],
            Judge(None, "2026-11-15T01:00", "2026-11-16T01:00", "2026-11-17T01:00?").Select(verdict => verdict.IsKept)
        );

    [Theory]
    // A month is counted from the newest set, the last moment included.
    [InlineData("2026-10-20T00:59 2026-10-21T01:00 2026-11-20T01:00", "0 1 1")]
    // A clock that was ahead for a night: no other set is older for it, neither then nor later.
    [InlineData("2026-11-18T01:00 2026-11-19T01:00 2035-11-20T01:00", "1 1 1")]
    [InlineData("2026-11-18T01:00 2035-11-19T01:00 2026-11-20T01:00", "1 1 1")]
    // Or was back in 1970, then or now.
    [InlineData("2026-11-18T01:00 1970-01-01T00:00 2026-11-20T01:00", "1 1 1")]
    [InlineData("2026-11-18T01:00 2026-11-19T01:00 1970-01-01T00:00", "1 1 1")]
    // A clock that stands still.
    [InlineData("2026-11-20T01:00 2026-11-20T01:00 2026-11-20T01:00", "1 1 1")]
    // Several nights ahead: what is older than a month by right time is still older.
    [InlineData("2026-09-01T01:00 2026-11-18T01:00 2035-01-01T01:00 2035-01-02T01:00", "0 1 1 1")]
    public void An_age_is_counted_from_the_newest_set_and_a_leap_of_a_clock_is_no_age(string times, string kept) =>
        Assert.Equal(
            kept.Split(' ').Select(one => one == "1"),
            Kept(None with { Within = TimeSpan.FromDays(30) }, times.Split(' '))
        );

    [Fact]
    public void A_clock_that_says_the_end_of_the_calendar_breaks_nothing() =>
        Assert.All(
            Judge(None with { Daily = 3, Weekly = 3 }, "0001-01-01T00:00", "9999-12-31T23:59", "2026-11-20T01:00"),
            verdict => Assert.True(verdict.IsKept)
        );

    private static IEnumerable<bool> Kept(KeepRules rules, params string[] times) =>
        Judge(rules, times).Select(verdict => verdict.Reasons.Any(reason => reason != KeepReasons.NewestConsistent));

    private static SetVerdict[] Judge(KeepRules rules, params string[] times) =>
        [
            .. new RetentionPolicy(rules, Zurich).Judge([
                .. times.Select(
                    (time, number) =>
                        new SetSummary
                        {
                            Sequence = number,
                            Id = RunId.Parse($"20261122T201500Z-{number:x8}"),
                            Installation = "acme",
                            Started = DateTimeOffset.Parse(
                                time.TrimEnd('?') + "Z",
                                CultureInfo.InvariantCulture,
                                DateTimeStyles.AssumeUniversal
                            ),
                            Sealed = DateTimeOffset.UnixEpoch,
                            Consistent = time[^1] != '?',
                            Missing = 0,
                            Files = 1,
                            Bytes = 1,
                            AddedBytes = 1,
                            Parent = null,
                        }
                ),
            ]),
        ];
}
