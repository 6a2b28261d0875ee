using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.BadInput;

/// <summary>What somebody plants who may write to the repository's directory, and not beside it.</summary>
[Trait("needs", "server")]
public sealed class PlantedEntryTests(SealedSample sample, OnDemand<PostgresServer> server) : SealedSampleTest(sample, server)
{
    [Theory]
    [Trait("needs", "linux")]
    [InlineData(".tmp")]
    [InlineData("control")]
    [InlineData("control/.tmp")]
    [InlineData("control/.leases")]
    [InlineData("packs")]
    [InlineData("log")]
    [InlineData("runs")]
    public async Task A_backup_deletes_and_writes_nothing_through_a_link(string planted)
    {
        string outside = Directory.CreateDirectory(Abf.Combine("outside")).FullName;
        string[] precious = [Path.Combine(outside, "precious"), Path.Combine(outside, "0123456789abcdef0123456789abcdef")];
        foreach (string file in precious)
        {
            await File.WriteAllTextAsync(file, "precious", Token);
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-30));
        }

        string link = Path.Combine(Abf.Repository, planted);
        string aside = Abf.Combine("aside");
        if (Directory.Exists(link))
        {
            Directory.Move(link, aside);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, outside);

        AssertFault(await Abf.RunAsync("backup"), 6, "repository.url", link, "is a symbolic link", "remove it");
        Assert.Equal(precious.Order(), Directory.EnumerateFileSystemEntries(outside).Order());

        File.Delete(link);
        if (Directory.Exists(aside))
        {
            Directory.Move(aside, link);
        }

        AssertDone(await Abf.RunAsync("backup"));
    }
}
