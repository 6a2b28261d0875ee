using System.Collections.Immutable;
using AlfrescoBackupFlows.Documents;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Output;

/// <summary>What is known of sets that were made before findings were stored one by one.</summary>
public sealed class SetFindingsTests
{
    [Fact]
    public async Task An_earlier_set_names_what_its_manifest_does()
    {
        var findings = new SetFindings(null!, Manifest(missing: 2));

        List<FileFinding> files = await findings.ReadAsync(default).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal([0xE9, (byte)'\\'], files[0].Path);
        Assert.Equal(["missing", "wrong-size", "source-missing"], files.Select(file => file.Reason));
        Assert.All(files, file => Assert.Equal(LiveFile.Unknown, file.Live));
    }

    private static SetManifest Manifest(long missing) =>
        new()
        {
            Id = RunId.Parse("20261122T010000Z-00000001"),
            Installation = new InstallationStamp("acme", "f"),
            Base = 0,
            Started = DateTimeOffset.UnixEpoch,
            Sealed = DateTimeOffset.UnixEpoch,
            Phases = [],
            Index = new SearchIndexCopyStamp("none", null, null, null, []),
            Roots = [],
            Consistency = new ConsistencyReport(
                Consistent: false,
                Required: 2000,
                Missing: missing,
                Named:
                [
                    new NamedFile("contentstore", @"\xe9\\", 7, "missing"),
                    new NamedFile("contentstore", "b", 7, "wrong-size"),
                    new NamedFile("contentstore", "c", 7, "source-missing"),
                ],
                SourceMissing: 1,
                SourceChanged: 0,
                Acknowledged: 0,
                Unprotected: ImmutableSortedDictionary<string, long>.Empty
            ),
            Totals = new SetTotals(0, 0, 0, 0),
            Indexes = [],
            Warnings = [],
            Tool = "abf 0.1.0",
        };
}
