using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Documentation;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Sample;
using AlfrescoBackupFlows.Testing.Servers;
using Npgsql;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>find</c>, <c>extract</c> and <c>diff</c> on three sets of an installation with folders and versions.</summary>
[Trait("needs", "server")]
public sealed class DocumentCommandsTests(OnDemand<PostgresServer> server) : IAsyncLifetime
{
    private const string Report = "00000000-0000-4000-8000-000000001388";
    private const string ReportUrl = "store://2026/11/25/9/5/report-2.bin";

    /// <summary>Company Home, a site, and the version store.</summary>
    private const string Folders = """
        INSERT INTO alf_namespace (id, version, uri) VALUES (7, 0, 'http://www.alfresco.org/model/versionstore/2.0');
        INSERT INTO alf_qname (id, version, ns_id, local_name) VALUES (20, 0, 1, 'versionLabel'), (21, 0, 7, 'versionLabel'), (22, 0, 7, 'frozenNodeRef');
        INSERT INTO alf_store (id, version, protocol, identifier) VALUES (3, 1, 'workspace', 'version2Store');
        INSERT INTO alf_node (id, version, store_id, uuid, transaction_id, type_qname_id, locale_id) SELECT id, 1, 1, 'folder-' || id, 1, 3, 1 FROM generate_series(50, 54) AS id;
        INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, string_value, qname_id, list_index, locale_id)
          VALUES (50, 6, 6, 'Company Home', 2, -1, 1), (51, 6, 6, 'Sites', 2, -1, 1), (52, 6, 6, 'finance', 2, -1, 1), (53, 6, 6, 'documentLibrary', 2, -1, 1), (54, 6, 6, 'old', 2, -1, 1);
        """;

    /// <summary>More than a pipe and the buffers on both sides hold.</summary>
    private static readonly string Manual = string.Concat(
        Enumerable.Range(0, 500_000).Select(static line => line.ToString("D8", CultureInfo.InvariantCulture))
    );

    private readonly AbfRig _abf = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private NpgsqlConnection _database = null!;
    private SampleInstallation _sample = null!;
    private AlfrescoRows _rows = null!;

    public async ValueTask InitializeAsync()
    {
        PostgresServer postgres = await server.GetAsync();
        string name = await postgres.CreateDatabaseAsync("documents", _token);
        _database = new NpgsqlConnection(postgres.ConnectionString(name));
        await _database.OpenAsync(_token);
        _sample = new SampleInstallation(
            _abf.Combine("alfresco"),
            new SampleDatabase(
                () => new NpgsqlConnection(postgres.ConnectionString(name)),
                $"jdbc:postgresql://{postgres.Host}:{postgres.Port}/{name}",
                postgres.Username,
                postgres.Password,
                AlfrescoSchema.PostgreSql
            ),
            seed: 3
        );
        await _sample.CreateAsync(_token);
        Directory.CreateDirectory(Path.Combine(_sample.Root, "stores", "archive"));
        CommittedSample.Configure(_abf, _sample);
        await CommittedSample.InitAsync(_abf.Repository);
        _rows = new AlfrescoRows(_database, firstId: 5000);
        await ExecuteAsync(Folders);
        foreach (
            (int child, int parent, string local) in ((int, int, string)[])
                [
                    (50, 1, "company_home"),
                    (51, 50, "sites"),
                    (52, 51, "finance"),
                    (53, 52, "documentLibrary"),
                    (54, 53, "old"),
                ]
        )
        {
            await MoveAsync(child, parent, local);
        }

        // The report of today, its two versions, and others of the same name.
        await AddAsync(ReportUrl, "second edition", "report.pdf", 53);
        await AddAsync("store://2026/11/1/9/5/report-1.bin", "first edition", "report.pdf", parent: null);
        await AddAsync("store://2026/11/25/9/6/another.bin", "the old one", "Report.pdf", 54);
        await AddAsync("store://2026/11/25/9/7/letter.bin", "Dear Sir", "letter.txt", 52);
        await AddAsync("store://2026/11/25/9/8/lost.bin", "lost", "lost.txt", 52);
        await AddAsync("store://2026/11/25/9/9/manual.bin", Manual, "manual.bin", 52);
        await ExecuteAsync(
            $"""
            UPDATE alf_node SET audit_modified = '2026-11-25T09:05:00.000Z' WHERE id >= 5000;
            UPDATE alf_node SET store_id = 3 WHERE id = 5001;
            INSERT INTO alf_node (id, version, store_id, uuid, transaction_id, type_qname_id, locale_id) VALUES (6000, 1, 3, 'version-2', 1, 1, 1);
            INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, long_value, qname_id, list_index, locale_id) VALUES (6000, 21, 3, 5000, 1, -1, 1);
            INSERT INTO alf_node_properties (node_id, actual_type_n, persisted_type_n, string_value, qname_id, list_index, locale_id)
              VALUES (5000, 6, 6, '1.1', 20, -1, 1), (5001, 6, 6, '1.0', 21, -1, 1), (5001, 6, 6, 'workspace://SpacesStore/{Report}', 22, -1, 1),
                     (6000, 6, 6, '1.1', 21, -1, 1), (6000, 6, 6, 'workspace://SpacesStore/{Report}', 22, -1, 1), (6000, 6, 6, 'report.pdf', 2, -1, 1);
            """
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _abf.Dispose();
    }

    [Fact]
    public async Task A_document_comes_back_from_every_set_that_is_kept_and_what_changed_is_told()
    {
        File.Delete(FileOf("store://2026/11/25/9/8/lost.bin"));
        string first = await BackUpAsync(exitCode: 3);
        await _rows.DeleteDocumentAsync(5003, eager: true, _token);
        File.Delete(FileOf("store://2026/11/25/9/7/letter.bin"));
        await ExecuteAsync(
            "UPDATE alf_node_properties SET string_value = 'final report.pdf' WHERE node_id = 5000 AND qname_id = 2; "
                + "UPDATE alf_node SET audit_modified = '2026-11-26T10:00:00.000Z' WHERE id = 5000"
        );
        await AddAsync("store://2026/11/26/9/5/new.bin", "new", "new.txt", 52);
        string second = await BackUpAsync(exitCode: 3);
        await _rows.DeleteDocumentAsync(5002, eager: true, _token);
        await ExecuteAsync(
            "UPDATE alf_node_properties SET string_value = 'archive' WHERE node_id = 54 AND qname_id = 2; "
                + "UPDATE alf_child_assoc SET parent_node_id = 52 WHERE child_node_id = 54"
        );
        string third = await BackUpAsync(exitCode: 3);

        await FindAsync(first, second, third);
        await ExtractAsync(first, third);
        await DiffAsync(first, third);
        await ServeAsync(first, second, third);

        await ReadUnderForgetAsync(first);

        // What the middle set alone had goes; every other catalogue is read as before.
        Assert.Equal(0, (await _abf.RunAsync("forget", second)).ExitCode);
        AbfResult prune = await _abf.RunAsync("prune", "--max-unused", "0%", "--json");
        Assert.True(prune.ExitCode == 0, prune.Error);
        Assert.Equal("Dear Sir", (await _abf.RunAsync("extract", first, "letter.txt", "--output", "-")).Out);
        Assert.Equal(
            "second edition",
            (await _abf.RunAsync("extract", third, "final report.pdf", "--output", "-")).Out
        );
        Assert.Equal([first], SetsOf((await _abf.RunAsync("find", "letter", "--json")).Json));
        Assert.Equal(0, (await _abf.RunAsync("verify", "--read-data")).ExitCode);
    }

    private async Task FindAsync(string first, string second, string third)
    {
        JsonElement[] all = [.. (await _abf.RunAsync("find", "report", "--json")).Json.EnumerateArray()];
        Assert.Equal(
            [
                (third, "Sites/finance/documentLibrary/final report.pdf"),
                (second, "Sites/finance/documentLibrary/final report.pdf"),
                (first, "Sites/finance/documentLibrary/report.pdf"),
                (second, "Sites/finance/documentLibrary/old/Report.pdf"),
                (first, "Sites/finance/documentLibrary/old/Report.pdf"),
            ],
            all.Select(row => (row.GetProperty("set").GetString()!, row.GetProperty("path").GetString()!))
        );
        Assert.Equal(
            $$"""
            {"set":"{{first}}","nodeRef":"workspace://SpacesStore/{{Report}}","name":"report.pdf","path":"Sites/finance/documentLibrary/report.pdf","contentUrl":"{{ReportUrl}}","size":14,"modified":"2026-11-25T09:05:00Z","version":"1.1","mimetype":"application/pdf"}
            """,
            all[2].GetRawText()
        );

        foreach (
            string pattern in (string[])
                [
                    "REPORT.PDF",
                    "r?port.pdf",
                    "Sites/*/documentLibrary/report.pdf",
                    "sites/fin*/documentlibrary/REPORT.pdf",
                    "Sites/finance/documentLibrary/rep*.pdf",
                    Report,
                    ReportUrl,
                    $"workspace://SpacesStore/{Report}",
                ]
        )
        {
            AbfResult found = await _abf.RunAsync("find", pattern, "--sets", first, "--json");
            Assert.Equal(0, found.ExitCode);
            Assert.Contains(
                found.Json.EnumerateArray(),
                row => row.GetProperty("nodeRef").GetString()!.EndsWith(Report, StringComparison.Ordinal)
            );
        }

        AbfResult none = await _abf.RunAsync("find", "report.pd", "--sets", "latest");
        Assert.Equal(0, none.ExitCode);
        Assert.Equal("[]", (await _abf.RunAsync("find", "Sites/report.pdf", "--json")).Out.TrimEnd());
        Assert.Equal(2, (await _abf.RunAsync("find", "x", "--sets", "yesterday")).ExitCode);
        HoldPage("find report", (await _abf.RunAsync("find", "report")).Out, first, second, third);
    }

    /// <summary>The same over HTTP: a pipe is not larger than the manual there either.</summary>
    private async Task ServeAsync(string first, string second, string third)
    {
        ServedApi.Configure(_abf);
        _abf.Config["serve"]!["documents"] = true;
        using ServedApi api = await ServedApi.StartAsync(_abf);

        JsonElement found = (await api.SendAsync(HttpMethod.Get, "/api/find?for=report")).Json;
        JsonElement report = (await api.SendAsync(HttpMethod.Get, $"/api/sets/{first}/report")).Json;
        string content = $"/api/sets/{first}/content?item=";
        string edition = await api.Client.GetStringAsync($"{content}{Report}", _token);
        string manual = await api.Client.GetStringAsync($"{content}Sites/finance/manual.bin", _token);

        Assert.Equal(
            [
                [third, second],
                [first],
                [second, first],
            ],
            found
                .GetProperty("documents")
                .EnumerateArray()
                .Select(state => state.GetProperty("sets").EnumerateArray().Select(set => set.GetString()!).ToArray())
        );
        Assert.Equal(("second edition", Manual), (edition, manual));
        JsonElement lost = Assert.Single(report.GetProperty("files").EnumerateArray());
        Assert.Equal("Sites/finance/lost.txt", lost.GetProperty("nodes")[0].GetProperty("path").GetString());
        Assert.Contains(
            $"Document given out to 127.0.0.1: 4000000 bytes of workspace://SpacesStore/",
            await File.ReadAllTextAsync(Path.Combine(_abf.State, "abf.log"), _token),
            StringComparison.Ordinal
        );

        // Ended in order, it leaves no set held.
        Assert.Equal(0, await api.EndAsync("TERM"));
    }

    private async Task ExtractAsync(string first, string third)
    {
        foreach (
            string item in (string[])
                [
                    Report,
                    ReportUrl,
                    $"workspace://SpacesStore/{Report}",
                    "Sites/finance/documentLibrary/report.pdf",
                    "/Company Home/sites/finance/documentlibrary/REPORT.pdf",
                ]
        )
        {
            AbfResult extracted = await _abf.RunAsync("extract", first, item, "--output", "-");
            Assert.True(extracted.ExitCode == 0, extracted.Error);
            Assert.Equal("second edition", extracted.Out);
        }

        // Small and capital letters tell two names apart; without them there are two.
        Assert.Equal("the old one", (await _abf.RunAsync("extract", first, "Report.pdf", "--output", "-")).Out);
        AbfResult several = await _abf.RunAsync("extract", first, "REPORT.PDF", "--output", "-");
        Assert.Equal(2, several.ExitCode);
        Assert.Empty(several.Out);
        Assert.Contains("2 documents", several.Error, StringComparison.Ordinal);
        Assert.Contains(
            $"workspace://SpacesStore/{Report}  Sites/finance/documentLibrary/report.pdf",
            several.Error,
            StringComparison.Ordinal
        );

        // A file that no node of the set names, as long as it is there.
        Assert.Equal(
            "first edition",
            (await _abf.RunAsync("extract", "latest", "store://2026/11/1/9/5/report-1.bin", "--output", "-")).Out
        );
        await FailAsync(2, "no document 'letter.txt'", third, "letter.txt");
        await FailAsync(2, "it is a folder", third, "Sites/finance");
        await FailAsync(2, "lies outside the file system", third, "s3://bucket/x.bin");
        await FailAsync(2, "'s3://bucket/x\\u000a.bin' lies outside", third, "s3://bucket/x\n.bin");
        await FailAsync(2, "no node", third, "workspace://SpacesStore/nobody");
        await FailAsync(2, "does not have the file", third, "lost.txt");
        await FailAsync(2, "leave out --json", third, Report, "--json", "--output", "-");

        // A file that is there stays as it is, and nothing else is left beside it.
        string directory = Directory.CreateDirectory(_abf.Combine("out")).FullName;
        AbfResult written = await _abf.RunAsync("extract", first, Report, "--output", directory, "--json");
        string file = Path.Combine(directory, "report.pdf");
        Assert.Equal(
            file,
            Assert.Single(written.Json.GetProperty("files").EnumerateArray()).GetProperty("file").GetString()
        );
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        await File.WriteAllTextAsync(file, "mine", _token);
        await FailAsync(8, "is there already", first, Report, "--output", file);
        await FailAsync(8, "cannot be written", first, Report, "--output", Path.Combine(directory, "none", "x"));
        Assert.Equal("mine", await File.ReadAllTextAsync(file, _token));
        Assert.Equal(0, (await _abf.RunAsync("extract", first, Report, "--output", file, "--overwrite")).ExitCode);
        Assert.Equal("second edition", await File.ReadAllTextAsync(file, _token));

        AbfResult versions = await _abf.RunAsync(
            "extract",
            third,
            Report,
            "--all-versions",
            "--output",
            directory,
            "--json"
        );
        Assert.True(versions.ExitCode == 0, versions.Error);
        Assert.Equal(
            ["1.0", "1.1"],
            versions
                .Json.GetProperty("files")
                .EnumerateArray()
                .Select(version => version.GetProperty("version").GetString())
        );
        Assert.Equal(
            ["report-1.0.pdf", "report-1.1.pdf", "report.pdf"],
            Directory.GetFileSystemEntries(directory).Select(Path.GetFileName).Order()
        );
        Assert.Equal("first edition", await File.ReadAllTextAsync(Path.Combine(directory, "report-1.0.pdf"), _token));
    }

    /// <summary>Whoever reads a set keeps it, as a restore does, until the last byte is read.</summary>
    private async Task ReadUnderForgetAsync(string first)
    {
        using Process reader = _abf.Start("extract", first, "manual.bin", "--output", "-");
        Stream output = reader.StandardOutput.BaseStream;
        byte[] bytes = new byte[Manual.Length];
        await output.ReadExactlyAsync(bytes.AsMemory(0, 1), _token);

        AbfResult forget = await _abf.RunAsync("forget", first);

        Assert.Equal(4, forget.ExitCode);
        Assert.Contains("in use", Assert.Single(forget.Errors), StringComparison.Ordinal);
        await output.ReadExactlyAsync(bytes.AsMemory(1), _token);
        await reader.WaitForExitAsync(_token);
        Assert.Equal((0, Manual), (reader.ExitCode, Encoding.ASCII.GetString(bytes)));
    }

    private async Task DiffAsync(string first, string third)
    {
        AbfResult diff = await _abf.RunAsync("diff", first, "latest", "--json");
        Assert.True(diff.ExitCode == 0, diff.Error);
        Assert.Equal(["new.txt"], Names("came"));
        Assert.Equal(["Report.pdf", "letter.txt"], Names("went"));
        JsonElement changed = Assert.Single(diff.Json.GetProperty("changed").EnumerateArray());
        Assert.Equal("report.pdf", changed.GetProperty("before").GetProperty("name").GetString());
        Assert.Equal("final report.pdf", changed.GetProperty("after").GetProperty("name").GetString());
        Assert.Equal(
            ["name", "modified"],
            changed.GetProperty("differs").EnumerateArray().Select(respect => respect.GetString())
        );
        JsonElement moved = Assert.Single(diff.Json.GetProperty("moved").EnumerateArray());
        Assert.Equal(
            ("Sites/finance/documentLibrary/old", "Sites/finance/archive"),
            (
                moved.GetProperty("before").GetProperty("path").GetString(),
                moved.GetProperty("after").GetProperty("path").GetString()
            )
        );
        Assert.Equal(
            ["name", "folder"],
            moved.GetProperty("differs").EnumerateArray().Select(respect => respect.GetString())
        );
        Assert.Equal(
            (first, third),
            (diff.Json.GetProperty("from").GetString(), diff.Json.GetProperty("to").GetString())
        );
        HoldPage(
            "diff 20261125T200000Z-0a1b2c3d latest",
            (await _abf.RunAsync("diff", first, "latest")).Out,
            first,
            third
        );
        Assert.Equal("0 documents came, 0 went, 0 changed\n", (await _abf.RunAsync("diff", first, first)).Out);

        IEnumerable<string?> Names(string list) =>
            diff.Json.GetProperty(list).EnumerateArray().Select(document => document.GetProperty("name").GetString());
    }

    /// <summary>The page's example is what the command says of these sets.</summary>
    private static void HoldPage(string command, string output, params string[] sets)
    {
        string[] shown = ["20261125T200000Z-0a1b2c3d", "20261126T200000Z-1a1b2c3d", "20261127T200000Z-2a1b2c3d"];
        for (int i = 0; i < sets.Length; i++)
        {
            output = output.Replace(sets[i], sets.Length == 2 ? shown[i * 2] : shown[i], StringComparison.Ordinal);
        }

        Assert.Contains(
            $"$ abf {command}\n{output}",
            DocumentedCommands.Page("one-document-back.md"),
            StringComparison.Ordinal
        );
    }

    private async Task FailAsync(int exitCode, string says, string set, params string[] arguments)
    {
        AbfResult failed = await _abf.RunAsync(["extract", set, .. arguments]);
        Assert.True(exitCode == failed.ExitCode, $"{failed.ExitCode}: {failed.Error}");
        Assert.Empty(failed.Out);
        Assert.Contains(says, Assert.Single(failed.Errors), StringComparison.Ordinal);
    }

    private static IEnumerable<string?> SetsOf(JsonElement rows) =>
        rows.EnumerateArray().Select(row => row.GetProperty("set").GetString());

    private async Task<string> BackUpAsync(int exitCode)
    {
        AbfResult backup = await _abf.RunAsync("backup", "--json");
        Assert.True(backup.ExitCode == exitCode, backup.Error);
        return backup.Json.GetProperty("id").GetString()!;
    }

    private async Task AddAsync(string url, string content, string name, int? parent)
    {
        string file = FileOf(url);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, content, _token);
        long id = await _rows.AddDocumentAsync(url, Encoding.UTF8.GetByteCount(content), name, _token);
        if (parent is { } folder)
        {
            await MoveAsync(id, folder, name);
        }
    }

    private string FileOf(string url) => Path.Combine(_sample.Contentstore, url["store://".Length..]);

    private Task MoveAsync(long child, int parent, string local) =>
        ExecuteAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"INSERT INTO alf_child_assoc (id, version, parent_node_id, type_qname_id, child_node_name_crc, child_node_name, child_node_id, qname_ns_id, qname_localname, qname_crc, is_primary) VALUES ({child}, 1, {parent}, 5, 1, 'x', {child}, 1, '{local}', 1, true)"
            )
        );

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlCommand command = new(sql, _database);
        await command.ExecuteNonQueryAsync(_token);
    }
}
