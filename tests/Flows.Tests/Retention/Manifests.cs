using System.Collections.Immutable;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Tests.Retention;

/// <summary>Manifests of sets whose content is nowhere, for tests of the log alone.</summary>
internal static class Manifests
{
    public static SetManifest Empty(RunId run, long runBase, string installation, bool isConsistent) =>
        new()
        {
            Id = run,
            Installation = new InstallationStamp(installation, "f"),
            Base = runBase,
            Started = DateTimeOffset.UnixEpoch,
            Sealed = DateTimeOffset.UnixEpoch,
            Phases = [],
            Index = new SearchIndexCopyStamp("none", null, null, null, []),
            Roots =
            [
                new RootStamp(
                    "contentstore",
                    "/srv/contentstore",
                    new ContentRef(10, 0, [new ChunkId(1)]),
                    Required: null,
                    Files: 0,
                    Directories: 1,
                    Bytes: 0,
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
            Totals = new SetTotals(0, 0, 0, 0),
            Indexes = [],
            Warnings = [],
            Tool = "test",
        };
}
