using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>How long the phases will take, by how long they took.</summary>
internal static class ExpectedTimes
{
    /// <summary>Taken for granted where there is no earlier set to go by.</summary>
    private static readonly TimeSpan LongestIndexAndDatabase = TimeSpan.FromHours(6);

    private static readonly TimeSpan UsualIndexAndDatabase = TimeSpan.FromMinutes(10);

    /// <summary>A busy night may take half as long again.</summary>
    private const double Margin = 1.5;

    public static TimeSpan IndexAndDatabase(SetManifest? parent)
    {
        if (parent?.Phase(Phases.Database) is not { } database)
        {
            return UsualIndexAndDatabase;
        }

        DateTimeOffset started = parent.Phase(Phases.Index)?.Started ?? database.Started;
        TimeSpan expected = (database.Ended - started) * Margin + TimeSpan.FromMinutes(1);

        // A run that was interrupted between its phases took long only by the clock; the look after SQL guards what
        // this cap lets through.
        return expected < TimeSpan.Zero ? UsualIndexAndDatabase // the clock was put back between the two
            : expected < LongestIndexAndDatabase ? expected
            : LongestIndexAndDatabase;
    }

    /// <summary>From the start of the dump to the end of the files, in the longest of the sets; null: not known.</summary>
    public static TimeSpan? DatabaseAndFiles(IEnumerable<SetManifest> earlier)
    {
        TimeSpan[] took =
        [
            .. from set in earlier
            let database = set.Phase(Phases.Database)
            let files = set.Phase(Phases.Files)
            where database is not null && files is not null && files.Ended > database.Started
            select files.Ended - database.Started,
        ];
        return took.Length == 0 ? null : took.Max() * Margin;
    }
}
