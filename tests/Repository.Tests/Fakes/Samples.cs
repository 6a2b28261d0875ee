using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Repository.Tests.Fakes;

/// <summary>Small values that several tests use.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Time = new(2026, 11, 22, 20, 15, 0, TimeSpan.Zero);

    public static readonly ConfigStamp Config = new(1, new string('a', 64));

    public static RunId Run(int number) => RunId.Parse($"20261122T201500Z-{number:x8}");

    public static ChunkId Chunk(int number) => new((UInt128)number + 1);

    public static ContentRef Content(int number, long length) =>
        length == 0 ? ContentRef.Empty : new ContentRef(length, 0, [Chunk(number)]);

    public static ListingEntry File(string path, int number = 0, long length = 10) =>
        new(
            Encoding.UTF8.GetBytes(path),
            EntryFlags.None,
            0b110_100_000,
            new FileOwner(1000, 1001, "alfresco", "users"),
            Time.ToUnixTimeMilliseconds() * 1_000_000,
            0,
            Content(number, length)
        );

    public static ListingEntry Folder(string path, EntryFlags flags = EntryFlags.None) =>
        new(
            Encoding.UTF8.GetBytes(path),
            flags,
            0b111_101_101,
            new FileOwner(0, 0, "root", string.Empty),
            -1,
            long.MinValue,
            null
        );

    public static SetManifest Manifest(
        RunId run,
        long runBase,
        RunId? parent = null,
        params ImmutableArray<ChunkIndexBlob> indexes
    ) =>
        new()
        {
            Id = run,
            Installation = new InstallationStamp("acme", "f1"),
            Base = runBase,
            Parent = parent,
            Started = Time,
            Sealed = Time.AddMinutes(3),
            Phases =
            [
                new PhaseTimes(PhaseNames.Index, Time, Time.AddMinutes(1)),
                new PhaseTimes(PhaseNames.Database, Time.AddMinutes(1), Time.AddMinutes(2)),
                new PhaseTimes(PhaseNames.Files, Time.AddMinutes(2), Time.AddMinutes(3)),
            ],
            Index = new SearchIndexCopyStamp("lucene", "8f1-1c2", Time.AddHours(-4), "lucene-indexes", []),
            Database = new DatabaseStamp(
                Vendor: "PostgreSQL",
                ServerVersion: "15.8",
                ToolVersion: "15.8",
                Name: "alfresco",
                Dump: Content(7, 5000),
                Watermark: new TransactionWatermark(42, 1_795_000_000_000),
                Rows: ImmutableSortedDictionary<string, long>.Empty.Add("alf_node", 12),
                NotApplicable: ["avm_nodes"]
            ),
            Roots =
            [
                new RootStamp(
                    Name: "lucene-indexes",
                    Path: "/srv/alf_data/backup-lucene-indexes",
                    Listing: Content(8, 100),
                    Required: null,
                    Files: 3,
                    Directories: 1,
                    Bytes: 999,
                    RequiredFiles: 0,
                    Class: ChunkClass.Index
                ),
                new RootStamp(
                    Name: "contentstore",
                    Path: "/srv/alf_data/contentstore",
                    Listing: Content(9, 100),
                    Required: Content(10, 50),
                    Files: 2,
                    Directories: 4,
                    Bytes: 30,
                    RequiredFiles: 1,
                    Class: ChunkClass.Content
                ),
            ],
            Consistency = new ConsistencyReport(
                Consistent: false,
                Required: 1,
                Missing: 1,
                Named: [new NamedFile("contentstore", "2026/1/2/x.bin", 17, "missing")],
                SourceMissing: 0,
                SourceChanged: 0,
                Acknowledged: 0,
                Unprotected: ImmutableSortedDictionary<string, long>.Empty.Add("s3", 2)
            ),
            Totals = new SetTotals(5, 6029, 4000, 9),
            Indexes = indexes,
            Warnings = ["The index backup was 27 hours old."],
            Tool = "abf 0.1.0",
        };
}
