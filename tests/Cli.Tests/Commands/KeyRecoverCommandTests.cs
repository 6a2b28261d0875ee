using System.Text.Json;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage.Directories;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Commands;

/// <summary><c>abf key recover</c>, after the thief of a key file that only writes had the log name a config of his.</summary>
public sealed class KeyRecoverCommandTests : IDisposable
{
    private readonly AbfRig _abf = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _abf.Dispose();

    [Fact]
    public async Task The_config_that_opens_counts_again()
    {
        Assert.Equal(0, (await _abf.RunAsync("init")).ExitCode);
        string keyFile = _abf.Combine("write-only.json");
        Assert.Equal(0, (await _abf.RunAsync("key", "export", "--write-only", keyFile)).ExitCode);
        JsonElement whole = (await _abf.RunAsync("key", "recover", "--json")).Json;
        Assert.Equal("nothing to recover", whole.GetProperty("outcome").GetString());
        await NameOtherConfigAsync(await File.ReadAllTextAsync(keyFile, Token));
        AbfResult locked = await _abf.RunAsync("sets");
        Assert.True(locked.ExitCode == 7, locked.Error);

        JsonElement planned = (await _abf.RunAsync("key", "recover", "--dry-run", "--json")).Json;
        Assert.Equal("would be recovered", planned.GetProperty("outcome").GetString());
        Assert.Equal(7, (await _abf.RunAsync("sets")).ExitCode);
        AbfResult recovered = await _abf.RunAsync("key", "recover");

        Assert.True(recovered.ExitCode == 0, recovered.Error);
        Assert.StartsWith("config/2: recovered, as config/100", recovered.Out, StringComparison.Ordinal);
        AbfResult sets = await _abf.RunAsync("sets", "--json", "--head");
        Assert.True(sets.ExitCode == 0, sets.Error);
        Assert.Empty(sets.Json.GetProperty("sets").EnumerateArray());
        JsonElement head = sets.Json.GetProperty("head");
        string expected = $"{head.GetProperty("sequence")}:{head.GetProperty("sha256").GetString()}";
        AbfResult held = await _abf.RunAsync("sets", "--expect-head", expected);
        Assert.Equal(0, held.ExitCode);
        Assert.Contains(head.GetProperty("sha256").GetString()!, held.Out, StringComparison.Ordinal);
    }

    /// <summary>As whoever has keys of the log and may write to the storage can.</summary>
    private async Task NameOtherConfigAsync(string keyFile)
    {
        var access = new RepositoryAccess("passphrase", null, _abf.Combine("thief"), TimeProvider.System)
        {
            KeyFile = new Secret(keyFile),
        };
        await using BackupRepository thief = await BackupRepository.OpenAsync(
            DirectoryBlobStore.Open(_abf.Repository, TimeProvider.System),
            access,
            Token
        );
        byte[] config = "{}"u8.ToArray();
        await thief.Blobs.Store.PutIfAbsentAsync(ConfigFile.BlobName(99), config, Token);
        await thief.Log.AppendKeysAsync(
            (await thief.Log.ReadAsync(Token)).State.Config,
            new ConfigStamp(99, ConfigFile.HashOf(config)),
            Token
        );
    }
}
