using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>abf drill</c>, and what <c>sets</c>, <c>show</c> and the API tell of it afterwards.</summary>
public sealed partial class DrillCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task A_drill_passes_is_told_by_sets_and_show_and_its_password_is_nowhere()
    {
        PostgresServer postgres = await ServerAsync();
        string scratch = Directory.CreateDirectory(Abf.Combine("scratch")).FullName;
        await postgres.ExecuteAsync(
            $"CREATE ROLE rehearser LOGIN SUPERUSER PASSWORD '{postgres.Password}'",
            "postgres",
            Token
        );
        Abf.Config["drill"] = new JsonObject
        {
            ["server"] = $"postgresql://rehearser@{postgres.Host}:{postgres.Port}/postgres",
            ["scratch"] = scratch,
            ["share"] = "100%",
        };
        Abf.Environment["ABF__DRILL__PASSWORD"] = postgres.Password;

        AbfResult drill = await Abf.RunAsync("drill", "--json");

        AssertDone(drill);
        Assert.Equal(
            (Sample.Set, true, 50, 0, 50),
            (
                drill.Json.GetProperty("set").GetString(),
                drill.Json.GetProperty("passed").GetBoolean(),
                drill.Json.GetProperty("required").GetInt32(),
                drill.Json.GetProperty("missing").GetInt32(),
                drill.Json.GetProperty("compared").GetInt32()
            )
        );
        Assert.Equal(
            ["prepare", "database", "files", "check"],
            drill.Json.GetProperty("phases").EnumerateObject().Select(phase => phase.Name)
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
        Assert.Equal(0, await CountDatabasesAsync(postgres));
        AssertDone(await Abf.RunAsync("verify", "--set", "latest", "--read-data"));

        JsonElement row = (await Abf.RunAsync("sets", "--json")).Json[0];
        JsonElement shown = (await Abf.RunAsync("show", "latest", "--json")).Json;
        Assert.All(
            (JsonElement[])[row, shown],
            set =>
            {
                Assert.True(set.GetProperty("lastDrill").GetProperty("passed").GetBoolean());
                Assert.Equal(JsonValueKind.Null, set.GetProperty("lastDrill").GetProperty("depth").ValueKind);
                Assert.Equal("data", set.GetProperty("lastVerification").GetProperty("depth").GetString());
            }
        );
        Assert.Equal(
            drill.Json.GetProperty("seconds").GetDouble(),
            row.GetProperty("lastDrill").GetProperty("seconds").GetDouble()
        );
        string today = $"{DateTime.UtcNow:yyyy-MM}";
        string text = (await Abf.RunAsync("sets")).Out;
        Assert.Contains(" VERIFIED ", text, StringComparison.Ordinal);
        Assert.Contains(" data  ", text, StringComparison.Ordinal);
        Assert.Contains(
            $"last drill: passed, {today}",
            (await Abf.RunAsync("show", "latest")).Out,
            StringComparison.Ordinal
        );
        Assert.Empty(await SecretScan.InFilesAsync([postgres.Password], Abf.State));
    }

    [Fact]
    public async Task Text_says_what_was_restored_and_how_long_it_took()
    {
        PostgresServer postgres = await ServerAsync();
        string database = await postgres.CreateDatabaseAsync("drill", Token);
        string scratch = Directory.CreateDirectory(Abf.Combine("scratch")).FullName;

        AbfResult drill = await Abf.RunAsync(
            "drill",
            Sample.Set,
            "--database",
            $"{UrlOf(postgres)}/{database}",
            "--database-password-file",
            Abf.WriteSecret("db-password", postgres.Password),
            "--scratch",
            scratch
        );

        AssertDone(drill);
        Assert.Contains(
            "rows of 3 tables counted, 50 required files looked up, 0 missing, ",
            drill.Out,
            StringComparison.Ordinal
        );
        string page = await File.ReadAllTextAsync(
            Path.Combine(ThisFile(), "..", "..", "..", "..", "docs", "drill.md"),
            Token
        );
        Assert.Equal(WithoutNumbers(page.Split("```")[1].Split('\n', 3)[2]), WithoutNumbers(drill.Out));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
    }

    [Fact]
    public async Task What_is_wrong_with_the_command_is_said_before_anything_is_made()
    {
        PostgresServer postgres = await ServerAsync();
        string url = UrlOf(postgres);

        AssertFault(await Abf.RunAsync("drill"), ExitCodes.Usage, "--server URL", "drill.server");
        AssertFault(
            await Abf.RunAsync("drill", "--server", url, "--database", $"{url}/x"),
            ExitCodes.Usage,
            "not both"
        );
        AssertFault(
            await Abf.RunAsync("drill", "--server", $"postgresql://postgres:secret@{postgres.Host}:{postgres.Port}"),
            ExitCodes.Usage,
            "--server holds a password"
        );
        AssertFault(await Abf.RunAsync("drill", "--server", url, "--share", "5"), ExitCodes.Usage, "--share '5'");
        AssertFault(
            await Abf.RunAsync("drill", "--server", url, "--scratch", Abf.Combine("absent")),
            ExitCodes.Target,
            "--scratch",
            "is no directory"
        );
        AssertFault(
            await Abf.RunAsync("drill", "--server", url, "--scratch", Path.Combine(Sample.Installation.Contentstore)),
            ExitCodes.Target,
            "which every backup captures"
        );
        AssertFault(
            await Abf.RunAsync(
                "drill",
                "--server",
                url,
                "--database-password-file",
                Abf.WriteSecret("wrong", "not it"),
                "--scratch",
                Directory.CreateDirectory(Abf.Combine("scratch")).FullName
            ),
            ExitCodes.Target,
            "is refused"
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(Abf.Combine("scratch")));
        Abf.Config["drill"] = new JsonObject { ["every"] = "30d" };
        AssertFault(await Abf.RunAsync("sets"), ExitCodes.Usage, "drill.every is set, and nothing says where");
    }

    [Fact]
    public async Task A_server_rehearses_by_itself_where_the_last_drill_is_long_ago_and_the_API_tells_of_it()
    {
        PostgresServer postgres = await ServerAsync();
        ServedApi.Configure(Abf);
        Abf.Config["drill"] = new JsonObject
        {
            ["every"] = "30d",
            ["server"] = UrlOf(postgres),
            ["passwordFile"] = Abf.WriteSecret("db-password", postgres.Password),
            ["scratch"] = Directory.CreateDirectory(Abf.Combine("scratch")).FullName,
        };
        using (ServedApi served = await ServedApi.StartAsync(Abf))
        {
            JsonElement drill;
            while (
                (
                    drill = (await served.SendAsync(HttpMethod.Get, "/api/sets")).Json[0].GetProperty("lastDrill")
                ).ValueKind is JsonValueKind.Null
                || !served.Said.Contains(" is done", StringComparison.Ordinal)
            )
            {
                Token.ThrowIfCancellationRequested();
                Assert.DoesNotContain("error:", served.Said, StringComparison.Ordinal);
            }

            Assert.True(drill.GetProperty("passed").GetBoolean());
            Assert.False(drill.TryGetProperty("findings", out _));
        }

        using ServedApi again = await ServedApi.StartAsync(Abf);
        while (!again.Said.Contains("drill.every: nothing begins now", StringComparison.Ordinal))
        {
            Token.ThrowIfCancellationRequested();
            Assert.DoesNotContain("drill-", again.Said, StringComparison.Ordinal);
            await again.SendAsync(HttpMethod.Get, "/api/sets");
        }

        Assert.DoesNotContain("drill-", again.Said, StringComparison.Ordinal);
    }

    /// <summary>The page's example is what the command writes, but for the numbers.</summary>
    private static string WithoutNumbers(string text) =>
        Number().Replace(text.Replace("MiB", "GiB", StringComparison.Ordinal), "0");

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex("[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}|[0-9][0-9,.:]*", RegexOptions.None, 1000)]
    private static partial Regex Number();

    private static string UrlOf(PostgresServer server) => $"postgresql://{server.Username}@{server.Host}:{server.Port}";

    private static async Task<long> CountDatabasesAsync(PostgresServer server)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString());
        await connection.OpenAsync(Token);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_database WHERE datdba = (SELECT oid FROM pg_roles WHERE rolname = 'rehearser')",
            connection
        );
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}
