using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.ChunkIndexes;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Verification;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Azure.Storage.Blobs;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Crash;

/// <summary>
/// One installation and two copies of one empty repository: backups into one are killed, backups into the other are
/// left in peace. Both have the same keys, so that the same content has the same chunks.
/// </summary>
internal sealed class CrashBench : IDisposable
{
    private const int LargeFile = 8 << 20;

    private readonly PostgresServer _server;
    private readonly Random _random;
    private int _large;

    private CrashBench(PostgresServer server, string database, Random random)
    {
        (_server, _random, Database) = (server, random, database);
        Sample = new SampleInstallation(
            Abf.Combine("alfresco"),
            new SampleDatabase(
                () => new NpgsqlConnection(server.ConnectionString(database)),
                $"jdbc:postgresql://{server.Host}:{server.Port}/{database}",
                server.Username,
                server.Password,
                AlfrescoSchema.PostgreSql
            ),
            seed: 11
        );
    }

    /// <summary>Killed.</summary>
    public AbfRig Abf { get; } = new();

    /// <summary>Left in peace.</summary>
    public AbfRig Calm { get; } = new();

    public SampleInstallation Sample { get; }

    public string Database { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>On directories, without a passphrase, which costs half a second at every start and has nothing to do
    /// with crashes.</summary>
    public static async Task<CrashBench> CreateAsync(PostgresServer server, Random random)
    {
        CrashBench bench = await PrepareAsync(server, random);
        foreach (AbfRig abf in (AbfRig[])[bench.Abf, bench.Calm])
        {
            abf.Section("repository")["encryption"] = "none";
            abf.Section("repository").Remove("passphraseFile");
        }

        await AssertDoneAsync(bench.Abf, "init");
        CopyDirectory(bench.Abf.Repository, bench.Calm.Repository);
        return bench;
    }

    /// <summary>On a blob container, with a passphrase; nothing is left in peace there.</summary>
    public static async Task<CrashBench> CreateAsync(PostgresServer server, AzuriteServer azurite, Random random)
    {
        CrashBench bench = await PrepareAsync(server, random);
        var container = new BlobContainerClient(azurite.ConnectionString, $"crash-{Guid.NewGuid():n}");
        await container.CreateAsync(cancellationToken: Token);
        bench.Abf.Section("repository")["url"] = $"{azurite.AccountUrl}/{container.Name}/acme";
        bench.Abf.Section("repository")["connectionStringFile"] = bench.Abf.WriteSecret(
            "connection-string",
            azurite.ConnectionString
        );
        await AssertDoneAsync(bench.Abf, "init");
        return bench;
    }

    public static async Task<AbfResult> AssertDoneAsync(AbfRig abf, params string[] arguments)
    {
        AbfResult result = await abf.RunAsync(arguments);
        Assert.True(
            result.ExitCode == 0,
            $"abf {string.Join(' ', arguments)}: {result.ExitCode}\n{result.Out}\n{result.Error}"
        );
        return result;
    }

    /// <summary>Documents with rows, and large files that fill packs; a fresh index copy.</summary>
    public async Task ChangeAsync(int documents, int large)
    {
        await Sample.AddDocumentsAsync(documents, Token);
        await Sample.DeleteDocumentsAsync(documents / 100, Token);
        for (int i = 0; i < large; i++)
        {
            byte[] content = new byte[LargeFile];
            _random.NextBytes(content);
            string directory = Directory
                .CreateDirectory(Path.Combine(Sample.Contentstore, "2025", "1", $"{++_large}"))
                .FullName;
            await File.WriteAllBytesAsync(Path.Combine(directory, "large.bin"), content, Token);
        }

        await Sample.RunIndexBackupJobAsync(Token);
    }

    /// <summary>The installation as a restore must give it back.</summary>
    public string[] TakeSource() =>
        TreeSnapshot.Take(
            new[] { "contentstore", "contentstore.deleted", "audit.contentstore", "keystore" }
                .Select(name => (name, Path.Combine(Sample.Root, name)))
                .Append(("lucene-indexes", Sample.SearchIndexBackup))
        );

    /// <summary>The newest set of a repository in words that do not depend on when and in how many attempts it was
    /// taken.</summary>
    public async Task<string> DescribeNewestAsync(AbfRig abf)
    {
        await using BackupRepository repository = await OpenAsync(abf);
        LogHead head = await repository.Log.ReadAsync(Token);
        SetManifest set = await repository.Log.ReadManifestAsync(head.State.Sets[^1], Token);
        IChunkSource chunks = repository.CreateReader(await repository.LoadIndexAsync(head.State, Token), run: null);
        var text = new StringWriter();
        foreach (RootStamp root in set.Roots)
        {
            text.WriteLine(
                $"{root.Name}: {root.Files} files, {root.Directories} directories, {root.Bytes} bytes, {root.RequiredFiles} required"
            );
            await foreach (ListingEntry entry in new ListingReader(chunks, root.Listing).ReadAsync(Token))
            {
                text.WriteLine(
                    $"  {TreePath.Display(entry.Path)} {entry.Flags} {entry.Mode} {entry.MtimeNs} {entry.Length} {string.Join(' ', entry.Content?.Chunks ?? [])}"
                );
            }
        }

        text.WriteLine(
            $"consistent {set.Consistency.Consistent}, required {set.Consistency.Required}, missing {set.Consistency.Missing}"
        );
        text.WriteLine(
            $"dump of {string.Join(", ", set.Database!.Rows.Select(row => $"{row.Key} {row.Value}"))}, up to {set.Database.Watermark}"
        );
        return text.ToString();
    }

    public async Task<PackCensus> CountPacksAsync(AbfRig abf)
    {
        await using BackupRepository repository = await OpenAsync(abf);
        LogHead head = await repository.Log.ReadAsync(Token);
        using ChunkIndex index = await repository.LoadIndexAsync(head.State, Token);
        return PackCensus.Take(abf.Repository, index.Packs);
    }

    /// <summary>Proves every set of a repository.</summary>
    public async Task AssertSoundAsync(AbfRig abf, int sets, bool readData)
    {
        await using BackupRepository repository = await OpenAsync(abf);
        LogHead head = await repository.Log.ReadAsync(Token);
        VerifyReport report = await new SetVerifier(repository).VerifyAsync(
            head,
            head.State.Sets,
            readData,
            cancellationToken: Token
        );
        Assert.Empty(report.Findings);
        Assert.InRange(head.State.Sets.Length, sets, sets + 1);
    }

    /// <summary>Restores a set without its database, and compares every file.</summary>
    public async Task AssertRestoresAsync(AbfRig abf, string set, string[] source)
    {
        string target = Abf.Combine($"restored-{Guid.NewGuid():n}");
        await AssertDoneAsync(abf, "restore", "--set", set, "--target", target, "--no-database");
        Assert.Equal(source, TreeSnapshot.TakeRestored(target));
        Directory.Delete(target, recursive: true);
    }

    /// <summary>Starts and calls of each activity of a run, and whose run it was.</summary>
    public static (string Run, ImmutableArray<ActivityCount> Counts) ReadJournal(AbfRig abf)
    {
        using FlowClient client = TryOpenJournal(abf)!;
        string run = client.List()[0].Id;
        return (run, [.. client.CountActivities(run)]);
    }

    /// <summary>Where the newest run stands: a phase, or how it ended.</summary>
    public static string ReadPhase(AbfRig abf)
    {
        using FlowClient? client = TryOpenJournal(abf);
        FlowInstance? run = client?.List() is [var newest, ..] ? newest : null;
        return run is not { Status: RuntimeStatus.Running } ? "start"
            : run.CustomStatus is { } status ? JsonDocument.Parse(status).RootElement.GetProperty("phase").GetString()!
            : "open";
    }

    /// <summary>How many runs ended with a set. One that was given up, failed, or began beside another is a fault of
    /// the product.</summary>
    /// <param name="unfinished">How many may still be open.</param>
    public static int CountCompleted(AbfRig abf, int unfinished)
    {
        using FlowClient? client = TryOpenJournal(abf);
        if (client is null)
        {
            return 0;
        }

        ILookup<RuntimeStatus, FlowInstance> runs = client.List().ToLookup(run => run.Status);
        Assert.Empty(
            runs.Where(group => group.Key is not (RuntimeStatus.Completed or RuntimeStatus.Running))
                .SelectMany(group => group)
        );
        Assert.InRange(runs[RuntimeStatus.Running].Count(), 0, unfinished);
        return runs[RuntimeStatus.Completed].Count();
    }

    /// <summary>Rows of the content URLs: how many, their bytes, and a hash over all.</summary>
    public async Task<string> ReadContentUrlsAsync(string database)
    {
        await using var connection = new NpgsqlConnection(_server.ConnectionString(database));
        await connection.OpenAsync(Token);
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText =
            "SELECT count(*) || ' ' || sum(content_size) || ' ' || md5(string_agg(id || content_url, ',' ORDER BY id)) FROM alf_content_url";
        return (string)(await command.ExecuteScalarAsync(Token))!;
    }

    public void Dispose()
    {
        Abf.Dispose();
        Calm.Dispose();
    }

    private static async Task<CrashBench> PrepareAsync(PostgresServer server, Random random)
    {
        var bench = new CrashBench(server, await server.CreateDatabaseAsync("crash", Token), random);
        await bench.Sample.CreateAsync(Token);
        foreach (AbfRig abf in (AbfRig[])[bench.Abf, bench.Calm])
        {
            JsonObject installation = abf.Section("installation");
            installation["globalProperties"] = bench.Sample.PropertiesFile;
            installation["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" };
            installation["database"] = new JsonObject { ["toolPath"] = PostgresServer.BinDirectory };
        }

        return bench;
    }

    /// <summary>Null where no process lived long enough to make one.</summary>
    private static FlowClient? TryOpenJournal(AbfRig abf)
    {
        string runs = Path.Combine(abf.State, "runs");
        return Directory.Exists(runs) && Directory.GetDirectories(runs) is [var run] ? FlowClient.TryOpen(run) : null;
    }

    private Task<BackupRepository> OpenAsync(AbfRig abf) =>
        BackupRepository.OpenAsync(
            DirectoryBlobStore.Open(abf.Repository, TimeProvider.System),
            new RepositoryAccess("none", null, Abf.Combine("test-cache"), TimeProvider.System),
            Token
        );

    private static void CopyDirectory(string from, string to)
    {
        foreach (
            string directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from)
        )
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        }

        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }
}
