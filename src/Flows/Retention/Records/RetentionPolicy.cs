using System.Collections.Immutable;
using System.Globalization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Retention.Records;

/// <summary>What a rule says of a set.</summary>
/// <param name="Reasons">Why it is kept, of <see cref="KeepReasons"/>; none: it is forgotten.</param>
public sealed record SetVerdict(SetSummary Set, ImmutableArray<string> Reasons)
{
    public bool IsKept => !Reasons.IsEmpty;
}

/// <summary>
/// Decides which sets of one installation are kept. Which set is newer is told by the log and never by a clock; times
/// only say in which day, week, month or year a set lies, and how far apart two are. Imported sets take no part: no rule
/// counts them, and none ends them. Deterministic.
/// </summary>
/// <param name="zone">Of days, weeks (ISO 8601), months and years.</param>
public sealed class RetentionPolicy(KeepRules rules, TimeZoneInfo zone)
{
    /// <summary>
    /// Nobody takes a backup so seldom: where two sets are further apart, a clock was wrong, and no set is older for it.
    /// </summary>
    private static readonly TimeSpan Leap = TimeSpan.FromDays(366);

    /// <param name="sets">In the order of the log.</param>
    /// <returns>In the same order.</returns>
    public ImmutableArray<SetVerdict> Judge(IReadOnlyList<SetSummary> sets)
    {
        Dictionary<RunId, List<string>> reasons = sets.ToDictionary(set => set.Id, _ => new List<string>());
        SetSummary[] newestFirst = [.. sets.Where(set => !set.Imported).Reverse()];
        foreach (SetSummary set in sets.Where(set => set.Imported))
        {
            reasons[set.Id].Add(KeepReasons.Imported);
        }

        Keep(KeepReasons.Last, rules.Last, set => set.Sequence);
        foreach (SetSummary set in rules.Within is { } within ? YoungerThan(within, newestFirst) : [])
        {
            reasons[set.Id].Add(KeepReasons.Within);
        }

        Keep(KeepReasons.Daily, rules.Daily, set => DayOf(set).DayNumber);
        Keep(KeepReasons.Weekly, rules.Weekly, set => WeekOf(DayOf(set)));
        Keep(KeepReasons.Monthly, rules.Monthly, set => (DayOf(set).Year * 12) + DayOf(set).Month);
        Keep(KeepReasons.Yearly, rules.Yearly, set => DayOf(set).Year);
        if (newestFirst.FirstOrDefault(set => set.Consistent) is { } newest)
        {
            reasons[newest.Id].Add(KeepReasons.NewestConsistent);
        }

        return [.. sets.Select(set => new SetVerdict(set, [.. reasons[set.Id]]))];

        void Keep(string reason, int? count, Func<SetSummary, long> periodOf)
        {
            foreach (SetSummary set in NewestOfPeriods(newestFirst, count ?? 0, periodOf))
            {
                reasons[set.Id].Add(reason);
            }
        }
    }

    /// <summary>
    /// Of the newest periods each one's newest consistent set, or the newest where none is consistent. A set that is not
    /// consistent takes no other's place: as many periods with a consistent one are kept all the same.
    /// </summary>
    private static IEnumerable<SetSummary> NewestOfPeriods(
        IEnumerable<SetSummary> newestFirst,
        int count,
        Func<SetSummary, long> periodOf
    )
    {
        int consistent = 0;
        foreach ((int number, IGrouping<long, SetSummary> period) in newestFirst.GroupBy(periodOf).Index())
        {
            SetSummary kept = period.FirstOrDefault(set => set.Consistent) ?? period.First();
            consistent += kept.Consistent ? 1 : 0;
            if (number < count || (kept.Consistent && consistent <= count))
            {
                yield return kept;
            }
        }
    }

    private static IEnumerable<SetSummary> YoungerThan(TimeSpan within, SetSummary[] newestFirst)
    {
        if (newestFirst.Length == 0)
        {
            yield break;
        }

        Dictionary<DateTimeOffset, TimeSpan> ages = AgesOf(newestFirst, newestFirst[0].Started);
        foreach (SetSummary set in newestFirst)
        {
            if (!ages.TryGetValue(set.Started, out TimeSpan age) || age <= within)
            {
                yield return set;
            }
        }
    }

    /// <summary>How much older than the newest set; those that say that they are newer than that are not in it.</summary>
    private static Dictionary<DateTimeOffset, TimeSpan> AgesOf(SetSummary[] sets, DateTimeOffset newest)
    {
        Dictionary<DateTimeOffset, TimeSpan> ages = [];
        DateTimeOffset before = newest;
        TimeSpan age = TimeSpan.Zero;
        foreach (
            DateTimeOffset time in sets.Select(set => set.Started)
                .Where(time => time <= newest)
                .Distinct()
                .OrderDescending()
        )
        {
            TimeSpan apart = before - time;
            age += apart > Leap ? TimeSpan.Zero : apart;
            ages.Add(time, age);
            before = time;
        }

        return ages;
    }

    private DateOnly DayOf(SetSummary set)
    {
        // A clock may say anything; a zone's offset must not lead out of the calendar.
        DateTime utc = set.Started.UtcDateTime;
        DateTime bounded =
            utc < DateTime.MinValue.AddDays(2) ? DateTime.MinValue.AddDays(2)
            : utc > DateTime.MaxValue.AddDays(-2) ? DateTime.MaxValue.AddDays(-2)
            : utc;
        return DateOnly.FromDateTime(
            TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(bounded, DateTimeKind.Utc), zone)
        );
    }

    private static long WeekOf(DateOnly day)
    {
        DateTime time = day.ToDateTime(TimeOnly.MinValue);
        return (ISOWeek.GetYear(time) * 100L) + ISOWeek.GetWeekOfYear(time);
    }
}
