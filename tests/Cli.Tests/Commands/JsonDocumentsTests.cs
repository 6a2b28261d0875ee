using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary>The members of the documents that scripts read: added to, never renamed.</summary>
[Trait("needs", "server")]
public sealed class JsonDocumentsTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    [Fact]
    public async Task Of_verify_and_its_findings()
    {
        JsonElement sound = (await Abf.RunAsync("verify", "--json")).Json;
        Assert.Equal(
            [
                "sound",
                "depth",
                "readData",
                "sets",
                "files",
                "bytes",
                "required",
                "lost",
                "packs",
                "packsRead",
                "unneededPacks",
                "unneededBytes",
                "packBytes",
                "bytesRead",
                "errors",
                "alarms",
                "warnings",
                "findings",
            ],
            Members(sound)
        );
        Assert.Equal([Sample.Set], sound.GetProperty("sets").EnumerateArray().Select(s => s.GetString()));

        foreach (
            string pack in Directory.GetFiles(Path.Combine(Abf.Repository, "packs"), "*", SearchOption.AllDirectories)
        )
        {
            File.Delete(pack);
        }

        AbfResult damaged = await Abf.RunAsync("verify", "--json");
        Assert.Equal(7, damaged.ExitCode);
        JsonElement finding = damaged.Json.GetProperty("findings")[0];
        Assert.Equal(["severity", "set", "line", "blob"], Members(finding));
        Assert.Equal("error", finding.GetProperty("severity").GetString());
    }

    [Fact]
    public async Task Of_show_with_the_entries_below_a_path()
    {
        JsonElement shown = (await Abf.RunAsync("show", "latest", "--path", "contentstore/2001", "--json")).Json;

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
                "phases",
                "index",
                "database",
                "roots",
                "required",
                "sourceMissing",
                "sourceChanged",
                "acknowledged",
                "looksEncoded",
                "unprotected",
                "findings",
                "warnings",
                "tool",
                "origin",
                "entries",
            ],
            Members(shown)
        );
        Assert.Equal(
            ["path", "type", "size", "mode", "owner", "group", "modified", "flags"],
            Members(shown.GetProperty("entries")[0])
        );
        Assert.Equal(
            ["name", "source", "files", "directories", "bytes", "required"],
            Members(shown.GetProperty("roots")[0])
        );
        Assert.Equal(
            ["vendor", "name", "serverVersion", "toolVersion", "dumpBytes", "transaction", "commitTime"],
            Members(shown.GetProperty("database"))
        );
    }

    [Fact]
    public async Task Of_restore_and_its_dry_run()
    {
        string[] command =
        [
            "restore",
            "--set",
            "latest",
            "--target",
            Abf.Combine("restored"),
            "--no-database",
            "--json",
        ];
        JsonElement plan = (await Abf.RunAsync([.. command, "--dry-run"])).Json;
        Assert.Equal(
            [
                "set",
                "target",
                "files",
                "bytes",
                "database",
                "unproven",
                "missing",
                "roots",
                "lost",
                "lostFiles",
                "warnings",
            ],
            Members(plan)
        );
        Assert.Equal(["name", "files", "bytes"], Members(plan.GetProperty("roots")[0]));

        JsonElement restored = (await Abf.RunAsync(command)).Json;
        Assert.Equal(
            [
                "set",
                "target",
                "files",
                "bytes",
                "database",
                "unproven",
                "required",
                "missing",
                "missingFiles",
                "carriedOver",
                "lost",
                "lostFiles",
                "warnings",
            ],
            Members(restored)
        );
        Assert.Equal(plan.GetProperty("files").GetInt64(), restored.GetProperty("files").GetInt64());
    }

    [Fact]
    public async Task Of_keys()
    {
        string second = Abf.WriteSecret("second", "correct horse");
        JsonElement added = (
            await Abf.RunAsync("key", "add", "--name", "second", "--new-passphrase-file", second, "--json")
        ).Json;
        Assert.Equal(["id", "outcome"], Members(added));

        JsonElement removed = (
            await Abf.RunAsync("key", "remove", added.GetProperty("id").GetString()!, "--json")
        ).Json;

        Assert.Equal(["id", "outcome"], Members(removed));
        Assert.Equal("removed", removed.GetProperty("outcome").GetString());
    }

    private static string[] Members(JsonElement document) => [.. document.EnumerateObject().Select(p => p.Name)];
}
