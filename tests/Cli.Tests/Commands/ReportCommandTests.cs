using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Documentation;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using MySqlConnector;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>
/// <c>abf report</c> on an installation with faults of every kind: exactly these are found, each told apart by what the
/// live system had.
/// </summary>
[Trait("needs", "server")]
[Trait("needs", "linux")]
public sealed class ReportCommandTests(OnDemand<PostgresServer> postgres, OnDemand<MariaDbServer> mariaDb) : IDisposable
{
    private const string Webs =
        "INSERT INTO avm_nodes VALUES (1, 'plainfile', 'store://2010/1/1/1/1/there.bin', 5), "
        + "(2, 'plainfile', 'store://2010/1/1/1/1/gone.bin', 9), (3, 'plaindir', NULL, NULL)";

    private readonly AbfRig _abf = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _abf.Dispose();

    [Fact]
    public async Task Planted_faults_are_the_findings_on_PostgreSQL()
    {
        PostgresServer server = await postgres.GetAsync();
        string name = await server.CreateDatabaseAsync("report", Token);
        SampleInstallation sample = new(
            _abf.Combine("alfresco"),
            new SampleDatabase(
                () => new NpgsqlConnection(server.ConnectionString(name)),
                $"jdbc:postgresql://{server.Host}:{server.Port}/{name}",
                server.Username,
                server.Password,
                AlfrescoSchema.PostgreSql
            ),
            seed: 3
        );
        await AssertFindingsAsync(
            sample,
            Path.Combine(PostgresServer.BinDirectory, "pg_dump"),
            sql => server.ExecuteAsync(sql, name, Token)
        );
    }

    [Fact]
    public async Task Planted_faults_are_the_findings_on_MariaDB()
    {
        MariaDbServer server = await mariaDb.GetAsync();
        string name = await server.CreateDatabaseAsync("report", Token);
        SampleInstallation sample = new(
            _abf.Combine("alfresco"),
            new SampleDatabase(
                () => new MySqlConnection(server.ConnectionString(name)),
                $"jdbc:mariadb://{server.Host}:{server.Port}/{name}",
                server.Username,
                server.Password,
                AlfrescoSchema.MariaDb
            ),
            seed: 3
        );
        await AssertFindingsAsync(
            sample,
            Tool.Find("mariadb-dump", "mariadb-client"),
            sql => server.ExecuteAsync(sql, name, Token)
        );
    }

    private async Task AssertFindingsAsync(SampleInstallation sample, string tool, Func<string, Task> execute)
    {
        await sample.CreateAsync(Token);
        await sample.AddDocumentsAsync(20, Token);
        string[] files =
        [
            .. Directory
                .GetFiles(sample.Contentstore, "*.bin", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal),
        ];
        JsonObject installation = _abf.Section("installation");
        installation["globalProperties"] = sample.PropertiesFile;
        installation["index"] = new JsonObject { ["cron"] = "0 0 3 1 1 ? 2099" };
        installation["database"] = new JsonObject { ["toolPath"] = _abf.Combine("tools") };
        _abf.Section("repository")["encryption"] = "none";
        _abf.Section("repository").Remove("passphraseFile");
        UseTool(tool, before: string.Empty);
        AssertExit(0, await _abf.RunAsync("init"));

        File.Delete(files[0]);
        await File.WriteAllBytesAsync(files[1], (await File.ReadAllBytesAsync(files[1], Token))[..1], Token);
        string unread = Path.Combine(sample.Contentstore, "2020");
        Directory.CreateDirectory(unread);
        File.CreateSymbolicLink(Path.Combine(unread, "unread.bin"), "/proc/self/mem");
        await File.WriteAllTextAsync(Path.Combine(unread, "no row.bin"), "nobody wants it", Token);
        Directory.CreateDirectory(Path.Combine(sample.Contentstore, "2010/1/1/1/1"));
        await File.WriteAllTextAsync(Path.Combine(sample.Contentstore, "2010/1/1/1/1/there.bin"), "there", Token);
        await execute(AlfrescoSchema.AvmNodes);
        await execute(Webs);
        await InsertAsync(
            execute,
            ("store://2020/1/1/1/1/no file.bin", 7),
            ("store://2020/unread.bin", 0),
            ("store://../escapes.bin", 1),
            ("spoof://{seed=1}", 1),
            ("spoof://{seed=2}", 1),
            ("azb://container/1.bin", 1),
            ("azb://container/2.bin", 1),
            ("s3://bucket/1.bin", 1),
            ("nowhere://2020/1.bin", 1)
        );
        UseTool(tool, $"rm -f '{files[2]}'");

        AssertExit(3, await _abf.RunAsync("backup"));
        AbfResult result = await _abf.RunAsync("report", "latest", "--json");

        AssertExit(3, result);
        JsonElement report = result.Json;
        Assert.Equal((25, 18), (Number(report, "required"), Number(report, "captured")));
        Assert.False(report.GetProperty("consistent").GetBoolean());
        Assert.Equal(
            """{"missing":7,"alreadyMissing":6,"missed":1,"notKnown":0,"wrongSizes":1,"acknowledged":0,"carriedOver":0}""",
            report.GetProperty("counts").GetRawText()
        );
        Assert.Equal("""{"azb":2,"nowhere":1,"s3":1}""", report.GetProperty("unprotected").GetRawText());
        Assert.Equal(2, Number(report, "generated"));
        string[] expected =
        [
            $"missing missing {UrlOf(files[0])}",
            $"wrong-size missing {UrlOf(files[1])}",
            $"missing missing {UrlOf(files[2])}",
            "missing missing store://2010/1/1/1/1/gone.bin",
            "missing missing store://2020/1/1/1/1/no file.bin",
            "missing present store://2020/unread.bin",
            "invalid-url missing store://../escapes.bin",
        ];
        string[] found =
        [
            .. report
                .GetProperty("missing")
                .EnumerateArray()
                .Select(file => $"{Text(file, "reason")} {Text(file, "live")} {Text(file, "url")}"),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.Empty(report.GetProperty("carriedOver").EnumerateArray());
        Assert.True(report.GetProperty("catalogue").GetBoolean());
        JsonElement lost = report
            .GetProperty("missing")
            .EnumerateArray()
            .Single(file => Text(file, "url") == UrlOf(files[0]));
        JsonElement node = Assert.Single(lost.GetProperty("nodes").EnumerateArray());
        Assert.StartsWith("workspace://SpacesStore/", Text(node, "nodeRef"), StringComparison.Ordinal);
        Assert.StartsWith("Angebot ", Text(node, "name"), StringComparison.Ordinal);
        Assert.Equal("{http://www.alfresco.org/model/content/1.0}content", Text(node, "property"));
        Assert.False(string.IsNullOrEmpty(Text(node, "mimetype")));
        Assert.Equal(
            4,
            report
                .GetProperty("missing")
                .EnumerateArray()
                .Count(file => file.GetProperty("nodes").GetArrayLength() == 0)
        );
        JsonElement mark = report.GetProperty("watermark");
        Assert.True(mark.GetProperty("inOrder").GetBoolean());
        Assert.True(Number(mark, "transaction") > 0);

        AbfResult text = await _abf.RunAsync("report", "latest");
        AssertExit(3, text);
        foreach (
            string protocol in (string[])["2 documents at azb://", "1 document at s3://", "1 document at nowhere://"]
        )
        {
            Assert.Contains($"NOT PROTECTED: {protocol}", text.Out);
            Assert.Contains($"NOT PROTECTED: {protocol}", text.Error);
        }

        Assert.Contains("missing: contentstore/2020/unread.bin: missed by the backup", text.Out);
        Assert.Contains($"  used by {Text(node, "nodeRef")} ", text.Out);
        string page = DocumentedCommands.Page("report.md");
        foreach (JsonElement document in (JsonElement[])[report, report.GetProperty("counts"), mark, lost, node])
        {
            Assert.All(document.EnumerateObject(), member => Assert.Contains($"\"{member.Name}\":", page));
        }

        Assert.Contains(
            $"missing: contentstore/{UrlOf(files[0])["store://".Length..]}: missing in the live system too",
            text.Out
        );

        // A second night, which proves by segments what did not change, finds the same, and what the set before had.
        UseTool(tool, $"rm -f '{files[3]}'");
        AssertExit(3, await _abf.RunAsync("backup"));
        JsonElement next = (await _abf.RunAsync("report", "latest", "--json")).Json;
        Assert.Equal(report.GetProperty("missing").GetRawText(), next.GetProperty("missing").GetRawText());
        Assert.Equal(report.GetProperty("unprotected").GetRawText(), next.GetProperty("unprotected").GetRawText());
        Assert.Equal(2, Number(next, "generated"));
        JsonElement kept = Assert.Single(next.GetProperty("carriedOver").EnumerateArray());
        Assert.Equal(
            ("source-missing", "missing", UrlOf(files[3])),
            (Text(kept, "reason"), Text(kept, "live"), Text(kept, "url"))
        );

        string UrlOf(string file) => $"store://{Path.GetRelativePath(sample.Contentstore, file)}";
    }

    private static async Task InsertAsync(Func<string, Task> execute, params (string Url, long Size)[] rows)
    {
        int id = 900_000;
        foreach ((string url, long size) in rows)
        {
            id++;
            await execute(
                "INSERT INTO alf_content_url (id, content_url, content_url_short, content_url_crc, content_size, orphan_time) "
                    + $"VALUES ({id}, '{url}', 'x', {id}, {size}, NULL)"
            );
        }
    }

    /// <summary>The real tool, and something that happens after the database's snapshot was taken, or before.</summary>
    private void UseTool(string tool, string before) =>
        Shell.WriteProgram(
            _abf.Combine("tools"),
            Path.GetFileName(tool),
            $"""
            case "$*" in *--version*|*--help*) ;; *) {(before.Length == 0 ? ":" : before)} ;; esac
            exec "{tool}" "$@"
            """
        );

    private static void AssertExit(int code, AbfResult result) =>
        Assert.True(result.ExitCode == code, $"exit code {result.ExitCode}\n{result.Error}{result.Out}");

    private static long Number(JsonElement element, string member) => element.GetProperty(member).GetInt64();

    private static string? Text(JsonElement element, string member) => element.GetProperty(member).GetString();
}
