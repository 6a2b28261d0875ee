using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Log;

/// <summary>What an <c>expire</c> entry needs, and what it does to the state.</summary>
internal static class EndedSets
{
    /// <summary>Of one entry.</summary>
    public const int MaxSets = 65_536;

    public static bool IsComplete(LogEntry entry) =>
        entry.Sets is { IsDefaultOrEmpty: false, Length: <= MaxSets }
        && entry.Sets.Distinct().Count() == entry.Sets.Length;

    /// <summary>A set that is not there is damage.</summary>
    public static LogState Apply(LogState state, LogEntry entry)
    {
        LogState left = ApplyBeyondBreak(state, entry);
        return state.Sets.Length - left.Sets.Length == entry.Sets.Length
            ? left
            : throw entry.Wrong("it ends a set that is not there");
    }

    /// <summary>The same where sets may be hidden.</summary>
    public static LogState ApplyBeyondBreak(LogState state, LogEntry entry)
    {
        HashSet<RunId> ended = [.. entry.Sets];
        return state with { Sets = [.. state.Sets.Where(set => !ended.Contains(set.Id))] };
    }
}
