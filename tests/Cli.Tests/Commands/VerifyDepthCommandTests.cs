using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Documentation;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>abf verify --depth</c>: what each depth finds, and how it is said.</summary>
[Trait("needs", "linux")]
public sealed class VerifyDepthCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Theory]
    [InlineData("--depth 'deep': write structure, sample, data or live", "--depth", "deep")]
    [InlineData("--share, --budget: they belong to --depth sample", "--share", "5%")]
    [InlineData("--share, --budget: they belong to --depth sample", "--depth", "data", "--budget", "10min")]
    [InlineData("--share '5': write a share of the packs, such as 5%", "--depth", "sample", "--share", "5")]
    [InlineData("--share 0%: write more than 0% and at most 100%", "--depth", "sample", "--share", "0%")]
    [InlineData("--share '101%': write a share of the packs, such as 5%", "--depth", "sample", "--share", "101%")]
    [InlineData("--budget 'soon': write a time such as 10min or 2h", "--depth", "sample", "--budget", "soon")]
    [InlineData("--budget: write a time longer than none", "--depth", "sample", "--budget", "0min")]
    [InlineData("--depth live: --read-data means depth data", "--depth", "live", "--read-data")]
    public async Task A_depth_that_does_not_fit_is_exit_code_2_and_says_how_to_write_it(
        string says,
        params string[] options
    ) => AssertFault(await Abf.RunAsync(["verify", .. options]), 2, says);

    [Fact]
    public async Task Samples_come_to_every_pack_and_a_damaged_one_is_found_with_its_documents()
    {
        JsonElement data = (await Abf.RunAsync("verify", "--depth", "data", "--json")).Json;
        Assert.Equal(
            ("data", true, true),
            (
                data.GetProperty("depth").GetString(),
                data.GetProperty("readData").GetBoolean(),
                data.GetProperty("sound").GetBoolean()
            )
        );
        Assert.Equal(Number(data, "packBytes"), Number(data, "bytesRead"));

        // Half of the bytes at least each time: two samples are a turn, whatever the packs' lengths.
        long read = 0;
        for (int turn = 0; turn < 2; turn++)
        {
            AbfResult result = await Abf.RunAsync("verify", "--depth", "sample", "--share", "50%", "--json");
            AssertDone(result);
            read += Number(result.Json, "packsRead");
            Assert.Equal("sample", result.Json.GetProperty("depth").GetString());
        }

        Assert.True(read >= Number(data, "packs"), $"{read} packs read");
        AbfResult text = await Abf.RunAsync("verify", "--depth", "sample", "--budget", "10min");
        AssertDone(text);
        Assert.Contains($"{Number(data, "packs")} of {Number(data, "packs")} packs read", text.Out);

        string pack = DamageLargestPack();
        AbfResult structure = await Abf.RunAsync("verify");
        AssertDone(structure);
        List<AbfResult> samples = [];
        while (samples.Count(result => result.ExitCode == 7) < 2)
        {
            samples.Add(await Abf.RunAsync("verify", "--depth", "sample", "--share", "40%", "--json"));
        }

        // Found once, it is read by every sample, until it is repaired.
        Assert.InRange(samples.Count, 2, 4);
        JsonElement[] findings = [.. samples[^1].Json.GetProperty("findings").EnumerateArray()];
        Assert.Contains(findings, finding => Text(finding, "blob") == pack && Text(finding, "set") is null);
        JsonElement file = findings.First(finding => Text(finding, "path") is not null);
        Assert.Equal((Sample.Set, pack, "error"), (Text(file, "set"), Text(file, "blob"), Text(file, "severity")));
        Assert.StartsWith("contentstore/", Text(file, "path"), StringComparison.Ordinal);
        JsonElement named = findings.First(finding =>
            Text(finding, "path")?.EndsWith(".bin", StringComparison.Ordinal) == true
        );
        Assert.Equal(
            Text(named, "path")!.Replace("contentstore/", "store://", StringComparison.Ordinal),
            Text(named, "url")
        );
        string page = DocumentedCommands.Page("verify.md");
        Assert.All(named.EnumerateObject(), member => Assert.Contains(member.Name, page));
        JsonElement node = Assert.Single(named.GetProperty("nodes").EnumerateArray());
        Assert.StartsWith("workspace://SpacesStore/", Text(node, "nodeRef"), StringComparison.Ordinal);
        Assert.Contains(Text(named, "url")!, samples[^1].Error);
        Assert.Contains(Text(node, "nodeRef")!, samples[^1].Error);
    }

    [Fact]
    public async Task Live_tells_changed_and_lost_files_from_what_Alfresco_cleaned_up()
    {
        string root = await Sample.CopyRootAsync(Abf);
        PostgresServer postgres = await ServerAsync();
        string[] files =
        [
            .. Directory
                .EnumerateFiles(Path.Combine(root, "contentstore"), "*.bin", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal),
        ];
        AbfResult same = await Abf.RunAsync("verify", "--depth", "live", "--json");
        AssertDone(same);
        JsonElement live = same.Json.GetProperty("live");
        Assert.Equal((0, 0, 0), (Number(live, "changed"), Number(live, "gone"), Number(live, "cleanedUp")));
        Assert.InRange(Number(live, "files"), 50, long.MaxValue);
        JsonElement newest = (await Abf.RunAsync("sets", "--json")).Json[0];
        Assert.Equal("live", Text(newest.GetProperty("lastVerification"), "depth"));

        // As a disk does it: neither size nor times tell.
        DateTime written = File.GetLastWriteTimeUtc(files[0]);
        await using (FileStream file = File.OpenWrite(files[0]))
        {
            int first = (await File.ReadAllBytesAsync(files[1], Token))[0];
            file.WriteByte((byte)~first);
            file.WriteByte((byte)first);
        }

        File.SetLastWriteTimeUtc(files[0], written);
        File.Delete(files[1]);
        string moved = files[2].Replace("/contentstore/", "/contentstore.deleted/", StringComparison.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(moved)!);
        File.Move(files[2], moved);
        File.Delete(Path.Combine(root, "contentstore/2001/1/1/1/1/nothing"));

        AbfResult result = await Abf.RunAsync("verify", "--depth", "live", "--json");

        Assert.True(result.ExitCode == 3, result.Error + result.Out);
        Assert.True(result.Json.GetProperty("sound").GetBoolean());
        live = result.Json.GetProperty("live");
        Assert.Equal((1, 1, 1), (Number(live, "changed"), Number(live, "gone"), Number(live, "cleanedUp")));
        Assert.Equal(2, Number(result.Json, "alarms"));
        JsonElement[] findings = [.. result.Json.GetProperty("findings").EnumerateArray()];
        Assert.All(findings, finding => Assert.Equal("alarm", Text(finding, "severity")));
        Assert.Equal(
            new[] { files[0], files[1] }.Select(file => $"{Sample.Set} {Path.GetRelativePath(root, file)}"),
            findings.Select(finding => $"{Text(finding, "set")} {Text(finding, "path")}").Order(StringComparer.Ordinal)
        );

        // Somebody deletes the document whose file is gone: nobody needs it any more.
        string copy = await postgres.CreateDatabaseAsync("live", Token);
        await Shell.RunAsync(
            @"export PGPASSWORD=""$6""; ""$1/pg_dump"" --host ""$2"" --port ""$3"" --username postgres ""$4"" | ""$1/psql"" --host ""$2"" --port ""$3"" --username postgres --quiet --no-psqlrc ""$5""",
            PostgresServer.BinDirectory,
            postgres.Host,
            $"{postgres.Port}",
            Sample.Database,
            copy,
            postgres.Password
        );
        string url = $"store://{Path.GetRelativePath(Path.Combine(root, "contentstore"), files[1])}";
        await postgres.ExecuteAsync(
            $"DELETE FROM alf_content_data WHERE content_url_id = (SELECT id FROM alf_content_url WHERE content_url = '{url}'); "
                + $"DELETE FROM alf_content_url WHERE content_url = '{url}'",
            copy,
            Token
        );
        Setting("database")["url"] = $"jdbc:postgresql://{postgres.Host}:{postgres.Port}/{copy}";
        AbfResult deleted = await Abf.RunAsync("verify", "--depth", "live");
        Assert.True(deleted.ExitCode == 3, deleted.Error + deleted.Out);
        Assert.Contains("1 with other bytes, 0 gone, 2 cleaned up by Alfresco", deleted.Out);
        Assert.Contains("ALARM: 1 file of the live installation lost or changed", deleted.Out);
        Assert.Contains("Alfresco never changes a file", Assert.Single(deleted.Errors));

        Directory.Move(Path.Combine(root, "contentstore"), Path.Combine(root, "unmounted"));
        Directory.CreateDirectory(Path.Combine(root, "contentstore"));
        AssertFault(await Abf.RunAsync("verify", "--depth", "live"), 5, "is empty");
    }

    /// <summary>Its length stays. Of content packs, for their names begin with no <c>f</c>.</summary>
    private string DamageLargestPack()
    {
        string packs = Path.Combine(Abf.Repository, "packs");
        string file = Directory
            .EnumerateFiles(packs, "*", SearchOption.AllDirectories)
            .Where(path => !Path.GetFileName(path).StartsWith('f'))
            .MaxBy(path => new FileInfo(path).Length)!;
        byte[] bytes = File.ReadAllBytes(file);
        bytes.AsSpan(64, bytes.Length - 128).Clear();
        File.SetAttributes(file, FileAttributes.Normal);
        File.WriteAllBytes(file, bytes);
        return $"packs/{Path.GetRelativePath(packs, file)}";
    }

    private static long Number(JsonElement element, string member) => element.GetProperty(member).GetInt64();

    private static string? Text(JsonElement element, string member) =>
        element.TryGetProperty(member, out JsonElement value) ? value.GetString() : null;
}
