using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>The executable against a sample installation on a real PostgreSQL.</summary>
[Trait("needs", "server")]
public sealed class BackupCommandTests(OnDemand<PostgresServer> server) : IAsyncLifetime
{
    private readonly AbfRig _abf = new();
    private SampleInstallation? _sample;
    private string _database = string.Empty;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SampleInstallation Sample => _sample!;

    public async ValueTask InitializeAsync()
    {
        PostgresServer postgres = await server.GetAsync();
        string database = _database = await postgres.CreateDatabaseAsync("cli", Token);
        _sample = new SampleInstallation(
            _abf.Combine("alfresco"),
            new SampleDatabase(
                () => new NpgsqlConnection(postgres.ConnectionString(database)),
                $"jdbc:postgresql://{postgres.Host}:{postgres.Port}/{database}",
                postgres.Username,
                postgres.Password,
                AlfrescoSchema.PostgreSql
            ),
            seed: 3
        );
        await _sample.CreateAsync(Token);
        await _sample.AddDocumentsAsync(60, Token);
        JsonObject installation = _abf.Section("installation");
        installation["globalProperties"] = _sample.PropertiesFile;
        installation["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" };
        installation["database"] = new JsonObject { ["toolPath"] = PostgresServer.BinDirectory };
        Assert.Equal(0, (await _abf.RunAsync("init")).ExitCode);
    }

    public ValueTask DisposeAsync()
    {
        _abf.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Two_backups_are_two_sets_newest_first_and_tell_their_phases_in_order()
    {
        AbfResult first = await _abf.RunAsync("backup", "--json");
        Assert.True(first.ExitCode == 0, first.Error);
        await Sample.AddDocumentsAsync(5, Token);
        AbfResult second = await _abf.RunAsync("backup");
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.Contains(": consistent", second.Out);

        JsonElement[] sets = [.. (await _abf.RunAsync("sets", "--json")).Json.EnumerateArray()];
        Assert.Equal(
            [
                "id",
                "installation",
                "started",
                "sealed",
                "consistent",
                "unproven",
                "missing",
                "files",
                "bytes",
                "addedBytes",
                "parent",
                "imported",
                "lastVerification",
                "lastDrill",
            ],
            sets[0].EnumerateObject().Select(p => p.Name)
        );
        Assert.Equal(first.Json.GetProperty("id").GetString(), sets[1].GetProperty("id").GetString());
        Assert.Equal(sets[1].GetProperty("id").GetString(), sets[0].GetProperty("parent").GetString());
        Assert.True(sets[0].GetProperty("addedBytes").GetInt64() < sets[1].GetProperty("addedBytes").GetInt64());

        JsonElement shown = (await _abf.RunAsync("show", "latest", "--json")).Json;
        JsonElement[] phases = [.. shown.GetProperty("phases").EnumerateArray()];
        Assert.Equal(["index", "database", "files"], phases.Select(p => p.GetProperty("name").GetString()));
        DateTime[] times =
        [
            .. phases.SelectMany(p =>
                new[] { p.GetProperty("started").GetDateTime(), p.GetProperty("ended").GetDateTime() }
            ),
        ];
        Assert.Equal(times.Order(), times);
        Assert.All(times, t => Assert.Equal(DateTimeKind.Utc, t.Kind));
    }

    [Fact]
    public async Task Verify_finds_a_set_sound_and_a_missing_pack_not()
    {
        await _abf.RunAsync("backup", "--quiet");
        AbfResult sound = await _abf.RunAsync("verify", "--read-data", "--json");
        Assert.True(sound.ExitCode == 0, sound.Error);
        Assert.True(sound.Json.GetProperty("sound").GetBoolean());
        Assert.True(sound.Json.GetProperty("packsRead").GetInt64() > 0);
        long packs = sound.Json.GetProperty("unneededPacks").GetInt64();
        long bytes = sound.Json.GetProperty("unneededBytes").GetInt64();
        string any = Directory
            .GetFiles(Path.Combine(_abf.Repository, "packs"), "*", SearchOption.AllDirectories)
            .First();
        string left = string.Concat(any.AsSpan(0, any.Length - 1), any[^1] == '0' ? "1" : "0");
        File.Copy(any, left);
        AbfResult more = await _abf.RunAsync("verify", "--json");
        Assert.Equal(packs + 1, more.Json.GetProperty("unneededPacks").GetInt64());
        Assert.Equal(bytes + new FileInfo(left).Length, more.Json.GetProperty("unneededBytes").GetInt64());
        Assert.Contains($"{packs + 1} further pack", (await _abf.RunAsync("verify")).Out);
        File.Delete(left);

        foreach (
            string pack in Directory
                .GetFiles(Path.Combine(_abf.Repository, "packs"), "*", SearchOption.AllDirectories)
                .Take(1)
        )
        {
            File.Delete(pack);
        }

        AbfResult damaged = await _abf.RunAsync("verify", "--set", "latest");
        Assert.Equal(7, damaged.ExitCode);
        Assert.NotEmpty(damaged.Errors);
    }

    [Fact]
    public async Task A_stopped_backup_says_how_to_go_on_and_is_resumed_or_given_up()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        ((JsonObject)_abf.Section("installation")["index"]!)["maxWait"] = "1h";
        Directory.CreateDirectory(Path.Combine(Sample.Root, ".indexbackup_temp"));
        string stopped = await StopWhileWaitingAsync();
        Assert.Contains("abf resume --config", stopped);
        JsonElement status = (await _abf.RunAsync("status", "--json")).Json;
        Assert.Equal("interrupted", status.GetProperty("state").GetString());

        Directory.Delete(Path.Combine(Sample.Root, ".indexbackup_temp"));
        Assert.Equal("cancelled", (await _abf.RunAsync("cancel", "--json")).Json.GetProperty("outcome").GetString());
        Assert.Equal("cancelled", (await _abf.RunAsync("status", "--json")).Json.GetProperty("state").GetString());

        AbfResult next = await _abf.RunAsync("backup", "--json");
        Assert.True(next.ExitCode == 0, next.Error);
        Assert.NotEqual(status.GetProperty("run").GetString(), next.Json.GetProperty("id").GetString());
    }

    /// <summary>Starts a backup, sends SIGTERM once it waits for the index job, and returns what it said.</summary>
    private async Task<string> StopWhileWaitingAsync()
    {
        using System.Diagnostics.Process backup = _abf.Start("backup");
        var said = new System.Text.StringBuilder();
        while (await backup.StandardError.ReadLineAsync(Token) is { } line)
        {
            said.AppendLine(line);
            if (line.Contains("index-window", StringComparison.Ordinal))
            {
                using var kill = System.Diagnostics.Process.Start("kill", ["-TERM", $"{backup.Id}"]);
            }
        }

        await backup.WaitForExitAsync(Token);
        Assert.True(backup.ExitCode == 130, said.ToString());
        return said.ToString();
    }

    [Fact]
    public async Task Show_lists_what_is_below_a_path()
    {
        await _abf.RunAsync("backup", "--quiet");

        string[] paths =
        [
            .. (await _abf.RunAsync("show", "latest", "--path", "keystore", "--json"))
                .Json.GetProperty("entries")
                .EnumerateArray()
                .Select(e => e.GetProperty("path").GetString()!),
        ];
        Assert.Equal(["keystore", "keystore/keystore", "keystore/keystore-passwords.properties"], paths);
        AbfResult text = await _abf.RunAsync("show", "latest", "--path", "keystore/keystore-");
        Assert.Contains("keystore/keystore-passwords.properties", text.Out);
        Assert.DoesNotContain(" keystore/keystore\n", text.Out);
    }

    [Fact]
    public async Task A_required_file_that_is_missing_is_exit_code_3_and_named()
    {
        File.Delete(Directory.GetFiles(Sample.Contentstore, "*.bin", SearchOption.AllDirectories)[0]);

        AbfResult result = await _abf.RunAsync("backup", "--json");

        Assert.Equal(3, result.ExitCode);
        Assert.False(result.Json.GetProperty("consistent").GetBoolean());
        Assert.Equal(1, result.Json.GetProperty("missing").GetInt64());
        JsonElement finding = (await _abf.RunAsync("show", "latest", "--json")).Json.GetProperty("findings")[0];
        Assert.Equal("missing", finding.GetProperty("reason").GetString());
        Assert.Equal(3, (await _abf.RunAsync("status")).ExitCode);
    }

    [Fact]
    public async Task A_set_without_a_proof_is_unproven_wherever_it_is_shown()
    {
        PostgresServer postgres = await server.GetAsync();
        await postgres.ExecuteAsync("TRUNCATE alf_content_url CASCADE", _database, Token);

        AbfResult backup = await _abf.RunAsync("backup", "--json");

        Assert.Equal(3, backup.ExitCode);
        AssertUnproven(backup.Json);
        string error = Assert.Single(backup.Errors);
        Assert.Contains("unproven: the database requires no file", error);
        Assert.DoesNotContain("required files missing", error);
        AssertUnproven((await _abf.RunAsync("show", "latest", "--json")).Json);
        AssertUnproven((await _abf.RunAsync("sets", "--json")).Json[0]);
        AbfResult show = await _abf.RunAsync("show", "latest");
        Assert.Contains(": unproven, sealed", show.Out);
        Assert.Contains("warning: Nothing is proved: the database requires no file", show.Out);
        Assert.Contains(" unproven ", (await _abf.RunAsync("sets")).Out);
        Assert.DoesNotContain("consistent", show.Out);

        string set = backup.Json.GetProperty("id").GetString()!;
        string target = _abf.Combine("restored");
        AbfResult restore = await _abf.RunAsync("restore", "--set", set, "--target", target, "--no-database");
        Assert.Equal(3, restore.ExitCode);
        Assert.Contains("is not proved: the database requires no file", Assert.Single(restore.Errors));

        static void AssertUnproven(JsonElement set) =>
            Assert.Equal(
                (false, true),
                (set.GetProperty("consistent").GetBoolean(), set.GetProperty("unproven").GetBoolean())
            );
    }

    [Fact]
    public async Task Nothing_to_resume_is_one_line_and_exit_code_0()
    {
        AbfResult result = await _abf.RunAsync("resume");

        Assert.Equal((0, "nothing to resume"), (result.ExitCode, result.Out.Trim()));
    }

    [Fact]
    public async Task An_unreachable_database_is_exit_code_5_and_no_set()
    {
        ((JsonObject)_abf.Section("installation")["database"]!)["url"] =
            $"jdbc:postgresql://127.0.0.1:{FreePort.Next()}/alfresco";

        AbfResult result = await _abf.RunAsync("backup");

        Assert.Equal(5, result.ExitCode);
        Assert.Single(result.Errors);
        Assert.Equal("[]", (await _abf.RunAsync("sets", "--json")).Out.Trim());
        AbfResult status = await _abf.RunAsync("status", "--json");
        Assert.Equal((5, "failed"), (status.ExitCode, status.Json.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task A_missing_content_store_is_exit_code_5()
    {
        Directory.Move(Sample.Contentstore, Sample.Contentstore + ".unmounted");

        AbfResult result = await _abf.RunAsync("backup");

        Assert.Equal(5, result.ExitCode);
        Assert.Contains(Sample.Contentstore, Assert.Single(result.Errors));
    }

    [Fact]
    public async Task No_secret_enters_output_or_state()
    {
        AbfResult result = await _abf.RunAsync("backup");

        string password = (await server.GetAsync()).Password;
        Assert.DoesNotContain(password, result.Out + result.Error);
        foreach (string file in Directory.EnumerateFiles(_abf.State, "*", SearchOption.AllDirectories))
        {
            string text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Token));
            Assert.DoesNotContain(password, text);
            Assert.DoesNotContain(AbfRig.Passphrase, text);
        }
    }
}
