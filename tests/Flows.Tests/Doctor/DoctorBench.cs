using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Databases;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Doctor;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Doctor;

/// <summary>An installation of a few files, without a server: for the checks that look at one thing.</summary>
internal sealed class DoctorBench : IDisposable
{
    /// <summary>One o'clock at night in the zone of the job.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 1, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _directory = new();

    public DoctorBench()
    {
        foreach (string file in (string[])["contentstore/2026/a.bin", "keystore/keystore", "backup-lucene-indexes/seg"])
        {
            string path = Path.Combine(Root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "x");
        }

        Options.State = _directory.Combine("state");
        string repository = Directory.CreateDirectory(_directory.Combine("repository")).FullName;
        Options.Repository.Url = new Uri(repository).AbsoluteUri;
        Options.Installation.Name = "acme";
        Options.Installation.Root = Root;
        Options.Installation.TimeZone = "UTC";
        Options.Installation.Database.Url = "postgresql://nowhere/alfresco";
        Options.Installation.Database.Username = "alfresco";
    }

    public string Root => _directory.Combine("alf_data");

    public BackupOptions Options { get; } = new();

    /// <summary>The sets before, newest first.</summary>
    public ImmutableArray<SetManifest> Earlier { get; set; } = [];

    public DateTimeOffset? NextBackup { get; set; }

    public DatabaseFacts Database { get; set; } = new("PostgreSQL", "15.4", "/usr/bin/pg_dump", "15.4", 1, []);

    public IBlobStore Control { get; set; } = new MemoryBlobStore(new StillClock(Now));

    public string Combine(string name) => _directory.Combine(name);

    public Subject Subject()
    {
        var loaded = new LoadedOptions(Options, null, null, []);
        var time = new StillClock(Now);
        return new Subject
        {
            Loaded = loaded,
            Installation = Installation.Discover(Options.Installation),
            Time = time,
            NextBackup = NextBackup,
            Earlier = Earlier,
            Database = Database,
            Environment = new FlowEnvironment(
                loaded,
                new RepositoryStores(Control, Control),
                time,
                NullLoggerFactory.Instance
            ),
        };
    }

    /// <summary>What one check finds.</summary>
    public async Task<ImmutableArray<Notice>> LookAsync(ICheck check, Subject? subject = null) =>
        await Examination.LookAsync(
            check,
            subject ?? Subject(),
            Examination.Limit,
            TestContext.Current.CancellationToken
        );

    /// <param name="databaseMinutes">The database phase, from the start of the set's index phase on.</param>
    /// <param name="filesHours">The files phase.</param>
    public static SetManifest Set(
        double databaseMinutes = 10,
        double filesHours = 1,
        bool looksEncoded = false,
        ImmutableSortedDictionary<string, long>? unprotected = null
    )
    {
        DateTimeOffset started = Now.AddDays(-1);
        DateTimeOffset dumped = started.AddMinutes(databaseMinutes);
        return new SetManifest
        {
            Id = RunId.Create(started, Guid.NewGuid()),
            Installation = new InstallationStamp("acme", "f"),
            Base = 1,
            Started = started,
            Sealed = dumped.AddHours(filesHours),
            Phases =
            [
                new PhaseTimes(PhaseNames.Index, started, started),
                new PhaseTimes(PhaseNames.Database, started, dumped),
                new PhaseTimes(PhaseNames.Files, dumped, dumped.AddHours(filesHours)),
            ],
            Index = new SearchIndexCopyStamp("none", null, null, null, []),
            Roots = [],
            Consistency = new ConsistencyReport(
                Consistent: true,
                Required: 1,
                Missing: 0,
                Named: [],
                SourceMissing: 0,
                SourceChanged: 0,
                Acknowledged: 0,
                Unprotected: unprotected ?? ImmutableSortedDictionary<string, long>.Empty
            )
            {
                LooksEncoded = looksEncoded,
            },
            Totals = new SetTotals(0, 0, 0, 0),
            Indexes = [],
            Warnings = [],
            Tool = "test",
        };
    }

    public void Dispose() => _directory.Dispose();

    internal sealed class StillClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
