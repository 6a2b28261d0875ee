using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Crypto;
using AlfrescoBackupFlows.Storage.Directories;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>
/// One small installation with what file systems can hold, backed up once for all tests of the assembly. Each test gets
/// a copy of the repository and a configuration of its own; the installation is only read, who changes it takes a copy
/// of it.
/// </summary>
public sealed class CommittedSample : IDisposable
{
    /// <summary>Odd names, an empty directory, odd modes, a set-group-id directory, read-only ones, an old
    /// time.</summary>
    private const string Oddities = """
        cd "$1"
        mkdir -p contentstore/2001/1/1/1/1 contentstore/empty/below stores/archive
        printf latin >"contentstore/2001/1/1/1/1/$(printf 'caf\351 \\ "x"')"
        printf 'two\nlines' >"contentstore/2001/1/1/1/1/$(printf 'a\nb')"
        : >contentstore/2001/1/1/1/1/nothing
        printf 'read only' >contentstore/2001/1/1/1/1/locked; chmod 0400 contentstore/2001/1/1/1/1/locked
        chmod 0640 contentstore/2001/1/1/1/1/nothing
        printf archived >stores/archive/one.bin
        mkdir contentstore/shared contentstore/closed; printf s >contentstore/shared/s; printf c >contentstore/closed/c
        touch -d '1999-12-31 23:59:58.123456789 UTC' contentstore/2001/1/1/1/1/nothing
        touch -d '1960-02-29 12:00:00.5 UTC' contentstore/2001/1/1/1/1/locked
        if [ "$(id -u)" = 0 ]; then chown 4711:4712 contentstore/shared contentstore/shared/s contentstore/2001/1/1/1/1; fi
        chmod 2775 contentstore/shared; chmod 0555 contentstore/closed
        touch -d '2000-01-01 00:00:00 UTC' contentstore/empty/below contentstore/shared contentstore/closed contentstore
        """;

    private readonly TempDirectory _directory = new();
    private readonly Lock _gate = new();
    private Task? _sealed;
    private SampleInstallation? _sample;

    /// <summary>The database that the set's dump was taken from.</summary>
    public string Database { get; private set; } = string.Empty;

    /// <summary>The set's id.</summary>
    public string Set { get; private set; } = string.Empty;

    public SampleInstallation Installation =>
        _sample ?? throw new InvalidOperationException("no test has asked for it yet");

    /// <summary>The further store <c>archive</c>.</summary>
    public string Archive => Path.Combine(Installation.Root, "stores", "archive");

    /// <summary>Gives a rig its copy of the repository, and a configuration that fits the installation.</summary>
    internal async Task InstallAsync(AbfRig rig, OnDemand<PostgresServer> server)
    {
        lock (_gate)
        {
            _sealed ??= CommitAsync(server);
        }

        await _sealed;
        Configure(rig, Installation);
        await Shell.RunAsync("cp -a \"$1\" \"$2\"", _directory.Combine("repository"), rig.Repository);
    }

    /// <summary>A copy of <c>dir.root</c> that a test may spoil; the rig's configuration leads to it.</summary>
    internal async Task<string> CopyRootAsync(AbfRig rig)
    {
        string root = rig.Combine("alf_data");
        await Shell.RunAsync("cp -a \"$1\" \"$2\"", Installation.Root, root);
        JsonObject installation = rig.Section("installation");
        installation["root"] = root;
        installation["content"] = new JsonObject
        {
            ["keystore"] = Path.Combine(root, "keystore"),
            ["stores"] = new JsonObject { ["archive"] = Path.Combine(root, "stores", "archive") },
        };
        return root;
    }

    public void Dispose()
    {
        _directory.Dispose();
    }

    private async Task CommitAsync(OnDemand<PostgresServer> server)
    {
        PostgresServer postgres = await server.GetAsync();
        Database = await postgres.CreateDatabaseAsync("sealed", TestContext.Current.CancellationToken);
        _sample = new SampleInstallation(
            _directory.Combine("alfresco"),
            new SampleDatabase(
                () => new NpgsqlConnection(postgres.ConnectionString(Database)),
                $"jdbc:postgresql://{postgres.Host}:{postgres.Port}/{Database}",
                postgres.Username,
                postgres.Password,
                AlfrescoSchema.PostgreSql
            ),
            seed: 11
        );
        await _sample.CreateAsync(TestContext.Current.CancellationToken);
        await _sample.AddDocumentsAsync(50, TestContext.Current.CancellationToken);
        await Shell.RunAsync(Oddities, _sample.Root);

        using var rig = new AbfRig();
        Configure(rig, _sample);
        await InitAsync(rig.Repository);
        AbfResult backup = await rig.RunAsync("backup", "--json");
        Assert.True(backup.ExitCode == 0, backup.Error);
        Set = backup.Json.GetProperty("id").GetString()!;
        await Shell.RunAsync("cp -a \"$1\" \"$2\"", rig.Repository, _directory.Combine("repository"));
    }

    /// <summary>As <c>abf init</c>, at the least cost of a passphrase that the format allows: each start of the
    /// executable pays it.</summary>
    internal static async Task InitAsync(string repository)
    {
        DirectoryBlobStore store = await DirectoryBlobStore.CreateAsync(
            repository,
            TimeProvider.System,
            CancellationToken.None
        );
        var init = new RepositoryInit(
            RepositoryAccess.EncryptionPassphrase,
            new Secret(AbfRig.Passphrase),
            "init",
            TimeProvider.System
        );
        await BackupRepository.InitAsync(
            store,
            init,
            KeyDerivation.Usual with
            {
                MemoryKiB = 8_192,
                Iterations = 1,
            },
            CancellationToken.None
        );
    }

    internal static void Configure(AbfRig rig, SampleInstallation sample)
    {
        JsonObject installation = rig.Section("installation");
        installation["globalProperties"] = sample.PropertiesFile;
        installation["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" };
        installation["database"] = new JsonObject { ["toolPath"] = PostgresServer.BinDirectory };
        installation["content"] = new JsonObject
        {
            ["stores"] = new JsonObject { ["archive"] = Path.Combine(sample.Root, "stores", "archive") },
        };
    }
}
