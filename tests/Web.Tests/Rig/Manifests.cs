using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Web.Tests.Rig;

/// <summary>Manifests of sets whose content is nowhere.</summary>
internal static class Manifests
{
    public static SetManifest Of(
        RunOpened run,
        string installation,
        DateTimeOffset started,
        string warning,
        bool isConsistent
    ) =>
        new()
        {
            Id = run.Run,
            Installation = new InstallationStamp(installation, "f"),
            Base = run.Base,
            Started = started,
            Sealed = started.AddMinutes(4),
            Phases =
            [
                new PhaseTimes("index", started, started.AddMinutes(1)),
                new PhaseTimes("database", started.AddMinutes(1), started.AddMinutes(2)),
                new PhaseTimes("files", started.AddMinutes(2), started.AddMinutes(4)),
            ],
            Index = new SearchIndexCopyStamp("none", null, null, null, []),
            Roots =
            [
                new RootStamp(
                    "contentstore",
                    "/srv/contentstore",
                    new ContentRef(10, 0, [new ChunkId(1)]),
                    Required: null,
                    Files: 1200,
                    Directories: 1,
                    Bytes: 5_000_000,
                    RequiredFiles: 0,
                    ChunkClass.Content
                ),
            ],
            Consistency = new ConsistencyReport(
                Consistent: isConsistent,
                Required: 1,
                Missing: isConsistent ? 0 : 1,
                Named: [],
                SourceMissing: 0,
                SourceChanged: 0,
                Acknowledged: 0,
                Unprotected: ImmutableSortedDictionary<string, long>.Empty
            ),
            Totals = new SetTotals(1200, 5_000_000, 300_000, 1),
            Indexes = [],
            Warnings = warning.Length == 0 ? [] : [warning],
            Tool = "test",
        };
}
