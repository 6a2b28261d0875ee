using System.Collections.Immutable;
using AlfrescoBackupFlows.Cli.Listings;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Output;

/// <summary>What is known of sets that were made before findings were stored one by one.</summary>
public sealed class SetFindingsTests
{
    [Theory]
    [InlineData(2, true)]
    [InlineData(1500, false)]
    public async Task An_earlier_set_names_what_its_manifest_does_and_says_whether_that_is_all(long missing, bool isAll)
    {
        var findings = new SetFindings(null!, Manifest(missing));

        List<FileFinding> files = await findings.ReadAsync(default).ToListAsync(TestContext.Current.CancellationToken);
        (ReportCountsDocument counts, bool isComplete) = await findings.CountAsync(default);

        Assert.Equal(isAll, isComplete);
        Assert.Equal((missing, missing, 0L, 1L), (counts.Missing, counts.NotKnown, counts.Missed, counts.CarriedOver));
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
