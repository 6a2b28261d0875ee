using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>key rotate --reseal</c> and <c>key reseal</c>.</summary>
public sealed class ResealCommandTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task What_is_there_is_sealed_anew_and_the_old_keys_are_dropped()
    {
        AssertFault(await Abf.RunAsync("key", "rotate", "--max-repack", "1GiB"), 2, "--reseal");
        JsonElement dry = (await Abf.RunAsync("key", "rotate", "--reseal", "--dry-run", "--json")).Json;
        Assert.Equal("would be resealed", dry.GetProperty("reseal").GetProperty("outcome").GetString());
        Assert.All(
            dry.GetProperty("reseal").GetProperty("left").EnumerateArray(),
            key => Assert.True(key.GetProperty("bytes").GetInt64() > 0)
        );

        // In two steps: a part, and the rest.
        AbfResult part = await Abf.RunAsync("key", "rotate", "--reseal", "--max-repack", "1", "--json");
        AssertDone(part);
        Assert.Equal(2, part.Json.GetProperty("generation").GetInt32());
        Assert.Equal("unfinished", part.Json.GetProperty("reseal").GetProperty("outcome").GetString());
        AssertDone(await Abf.RunAsync("verify", "--read-data"));
        string keyFile = Abf.Combine("write-only.json");
        AssertDone(await Abf.RunAsync("key", "export", "--write-only", keyFile));

        AbfResult whole = await Abf.RunAsync("key", "reseal", "--json");

        AssertDone(whole);
        Assert.Equal("resealed", whole.Json.GetProperty("outcome").GetString());
        Assert.Equal(
            ["content 1", "content 2", "metadata 1", "metadata 2"],
            whole
                .Json.GetProperty("dropped")
                .EnumerateArray()
                .Select(key => $"{key.GetProperty("class")} {key.GetProperty("generation")}")
        );
        AbfResult again = await Abf.RunAsync("key", "reseal");
        AssertDone(again);
        Assert.DoesNotContain("sealed under it", again.Out, StringComparison.Ordinal);
        AssertDone(await Abf.RunAsync("verify", "--read-data"));
        string target = Abf.Combine("restored");
        AssertDone(await Abf.RunAsync("restore", "--set", Sample.Set, "--target", target, "--no-database"));
        await Shell.RunAsync("diff -r \"$1/contentstore\" \"$2/contentstore\"", Sample.Installation.Root, target);

        // A key file that was exported before goes on working: it has newer keys only to add to.
        JsonObject repository = Abf.Section("repository");
        repository.Remove("passphraseFile");
        repository["keyFile"] = keyFile;
        AssertDone(await Abf.RunAsync("backup"));
        AssertFault(await Abf.RunAsync("key", "reseal"), 2, "repository.passphraseFile names a passphrase");
    }
}
